import type { Baseline, Network, Nothing, Policy, Port, PortRange, RulesPart, Service } from "./policy";
import { portOwners } from "./portOwners";
import { overlaps } from "./portRange";

/** What a port is on a host to somebody who neither knocked nor is in `allow`. */
export type Door<K> =
  | { readonly kind: "guarded"; readonly by: Service<K> }
  | { readonly kind: "open" }
  | { readonly kind: "restricted"; readonly from: readonly Network[] }
  /** Closed, and whoever touches it is blacklisted. */
  | { readonly kind: "trap" }
  | { readonly kind: "closed" }
  /** The table says nothing about it. */
  | { readonly kind: "leftAlone" }
  /** The table says nothing about it but that a connection to it is no wrong knock. */
  | { readonly kind: "tolerated" };

/** Something for every kind of door: a kind that somebody adds does not compile until it stands there. */
export type ByDoor<T> = Readonly<Record<Door<unknown>["kind"], T>>;

/** Ports that a policy names, and what it makes of them. */
export interface NamedDoor<K> {
  /** Where they are written: `services.ssh.ports`. */
  readonly path: string;
  readonly ranges: readonly PortRange[];
  readonly door: Door<K>;
}

/**
 * All ports that a policy names: those of its services first. Those of a valid policy are in one of them each.
 * A field that somebody adds does not compile until its ports stand here, or it is said to have none.
 */
export function namedDoors<K>(policy: Policy<K>): readonly NamedDoor<K>[] {
  const { services, openPorts, profile, ...portless }: RulesPart<K> = policy;
  const { knockers, allow, guardedAnswer, identity, log, tokenNetworks, ...others } = portless;
  others satisfies Nothing;
  const guarded = services.map(guardedDoor);
  return profile.kind === "guard"
    ? [...guarded, { path: "openPorts", ranges: openPorts, door: { kind: "tolerated" } }]
    : [
        ...guarded,
        { path: "openPorts", ranges: openPorts, door: { kind: "open" } },
        ...baselineDoors(profile),
      ];
}

function guardedDoor<K>(by: Service<K>): NamedDoor<K> {
  const { name, ports, opening, access, accessWindowSeconds, flowTimeoutSeconds, ...others } = by;
  others satisfies Nothing;
  return { path: `services.${name}.ports`, ranges: ports, door: { kind: "guarded", by } };
}

function baselineDoors<K>(baseline: Baseline<K>): readonly NamedDoor<K>[] {
  const { openPortsFrom, traps, ...portless } = baseline;
  const { ping, blacklistSeconds, synsPerSecond, exceptNetworks, forward, ...ofUnban } = portless;
  const { unbanSequence, unbanKnockTimeoutSeconds, ...others } = ofUnban;
  others satisfies Nothing;
  return [
    ...openPortsFrom.map(
      ({ ports, from }): NamedDoor<K> => ({
        path: "baseline.openPortsFrom",
        ranges: ports,
        door: { kind: "restricted", from },
      }),
    ),
    { path: "baseline.traps", ranges: traps, door: { kind: "trap" } },
  ];
}

/** Every port or range that a policy names, as often as it is named. */
export function namedPorts<K>(policy: Policy<K>): readonly PortRange[] {
  return namedDoors(policy).flatMap(({ ranges }) => ranges);
}

/** The door at one port. */
export function doorAt<K>(policy: Policy<K>, { protocol, port }: Port): Door<K> {
  const range: PortRange = { protocol, from: port, to: port };
  const named = namedDoors(policy).find(({ ranges }) => ranges.some((other) => overlaps(other, range)));
  return named?.door ?? unnamedDoor(policy);
}

/**
 * Tells the doors of many ports, each in the time of a binary search.
 *
 * @returns the door at a port, or at a piece of ports that no range of the policy cuts
 */
export function doorsOf<K>(policy: Policy<K>): (ports: PortRange) => Door<K> {
  const claims = namedDoors(policy).flatMap(({ ranges, door }) =>
    ranges.map((range) => ({ range, owner: door })),
  );
  const doorOf = portOwners(claims);
  return (ports) => doorOf(ports) ?? unnamedDoor(policy);
}

/** What ports are that a policy does not name. */
function unnamedDoor<K>({ profile }: Policy<K>): Door<K> {
  return { kind: profile.kind === "guard" ? "leftAlone" : "closed" };
}
