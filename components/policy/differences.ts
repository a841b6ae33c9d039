import { groupBy } from "./groupBy";
import { mergeNetworks } from "./network";
import type { Difference, FleetPart, Nothing, Policy, Profile } from "./policy";
import { mergePortRanges } from "./portRange";
import { listSome } from "./printNumber";
import { mergeRestrictedPorts } from "./restrictedPorts";

/** What a host has beyond what all have in common, where it is written. */
export interface Layer extends Difference {
  /** `groups.web` or `hosts.web-1`. */
  readonly path: string;
}

/** What a host has beside what all have that differs in nothing. */
export const NO_DIFFERENCE: Difference = {
  services: [],
  allow: [],
  openPorts: [],
  exceptNetworks: [],
  openPortsFrom: [],
};

/**
 * What one host of a fleet has, by its name: what all have, what its groups have, what it has of its own. Hosts in which the
 * last two are the same, together, have the same object.
 */
export function policiesOfHosts<K>(common: Policy<K>, differences: FleetPart): (host: string) => Policy<K> {
  const layersOf = layersOfHosts(differences);
  const known = new Map<string, Policy<K>>();
  return (host) => {
    const difference = merge(layersOf(host));
    const key = JSON.stringify(difference);
    const policy = known.get(key) ?? withDifference(common, difference);
    known.set(key, policy);
    return policy;
  };
}

/** What a host has beside what all have: of its groups, by name, then of its own. */
export function layersOfHosts({ groups, ownDifferences }: FleetPart): (host: string) => readonly Layer[] {
  const layers = [
    ...groups.flatMap(({ name, hosts, ...difference }) =>
      hosts.map((host) => ({ host, layer: { path: `groups.${name}`, ...difference } })),
    ),
    ...ownDifferences.map(({ host, ...difference }) => ({
      host,
      layer: { path: `hosts.${host}`, ...difference },
    })),
  ];
  const byHost = groupBy(layers, ({ host }) => host);
  return (host) => (byHost.get(host) ?? []).map(({ layer }) => layer);
}

/** Whether it is one at all. A field that somebody adds does not compile until it is looked at. */
export function isDifferent(difference: Difference): boolean {
  const { services, allow, openPorts, exceptNetworks, openPortsFrom, ...others } = difference;
  others satisfies Nothing;
  return [services, allow, openPorts, exceptNetworks, openPortsFrom].some(({ length }) => length > 0);
}

/** Services are those of the last one that names any; all else is together. */
export function merge(differences: readonly Difference[]): Difference {
  return differences.reduce(
    (before, { services, allow, openPorts, exceptNetworks, openPortsFrom }) => ({
      services: services.length > 0 ? services : before.services,
      allow: together(before.allow, allow, mergeNetworks),
      openPorts: together(before.openPorts, openPorts, mergePortRanges),
      exceptNetworks: together(before.exceptNetworks, exceptNetworks, mergeNetworks),
      openPortsFrom: together(before.openPortsFrom, openPortsFrom, mergeRestrictedPorts),
    }),
    NO_DIFFERENCE,
  );
}

/** A field that somebody adds does not compile until it plays its part here. */
export function withDifference<K>(policy: Policy<K>, difference: Difference): Policy<K> {
  const { services, allow, openPorts, exceptNetworks, openPortsFrom, ...others } = difference;
  others satisfies Nothing;
  return {
    ...policy,
    ...(services.length > 0 && onlyServices(policy, new Set(services))),
    allow: together(policy.allow, allow, mergeNetworks),
    openPorts: together(policy.openPorts, openPorts, mergePortRanges),
    profile: withNetworks(policy.profile, { exceptNetworks, openPortsFrom }),
  };
}

/** A knocker who opens none of them is not there. */
function onlyServices<K>(
  { services, knockers }: Policy<K>,
  names: ReadonlySet<string>,
): Pick<Policy<K>, "services" | "knockers"> {
  return {
    services: services.filter(({ name }) => names.has(name)),
    knockers: knockers
      .map((knocker) => ({ ...knocker, services: knocker.services.filter((name) => names.has(name)) }))
      .filter((knocker) => knocker.services.length > 0),
  };
}

function withNetworks<K>(
  profile: Profile<K>,
  { exceptNetworks, openPortsFrom }: Pick<Difference, "exceptNetworks" | "openPortsFrom">,
): Profile<K> {
  return profile.kind === "guard"
    ? profile
    : {
        ...profile,
        exceptNetworks: together(profile.exceptNetworks, exceptNetworks, mergeNetworks),
        openPortsFrom: together(profile.openPortsFrom, openPortsFrom, mergeRestrictedPorts),
      };
}

/** Where one list has nothing it is the other one: there may be tens of thousands of networks, and a thousand hosts. */
function together<T>(
  some: readonly T[],
  more: readonly T[],
  mergeAll: (all: readonly T[]) => readonly T[],
): readonly T[] {
  if (more.length === 0) {
    return some;
  }
  return some.length === 0 ? more : mergeAll([...some, ...more]);
}

/** The names of hosts, where some are named and others are not. */
export function listHosts(some: readonly { readonly hosts: readonly string[] }[]): string {
  return listSome(some.flatMap(({ hosts }) => (hosts.length === 0 ? ["every other host"] : hosts)));
}
