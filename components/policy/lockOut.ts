import { MARTIANS } from "./martians";
import { contains, isLoopback } from "./network";
import type { Deployer, Network, Policy, PortRange, Service } from "./policy";
import type { Problem } from "./policyError";
import { portOwners } from "./portOwners";
import { overlaps } from "./portRange";
import type { Surroundings } from "./rule";

const OPEN_IT = "guard it, or add it to openPorts or baseline.openPortsFrom";

/** What somebody meets who connects to a TCP port. */
type Door =
  | { readonly kind: "open" }
  | { readonly kind: "guarded"; readonly by: Service }
  | { readonly kind: "restricted"; readonly from: readonly Network[] }
  | { readonly kind: "closed" };

/**
 * As far as the program can tell: from where the deployer comes only the host knows, and under a baseline only the
 * host knows whether something in front of it leads to another port than the one that is dialled.
 */
export function guardLocksPulumiOut(
  { allow, services }: Policy,
  { reaches, refused }: Surroundings,
): readonly Problem[] {
  if (allow.length > 0 || refused.has("allow") || refused.has("policy")) {
    return [];
  }
  const ownerOf = portOwners(services.flatMap((by) => by.ports.map((range) => ({ range, owner: by.name }))));
  return reaches.flatMap(({ host, port, proxy }) => {
    const by = ownerOf({ protocol: "tcp", from: port, to: port });
    return by === undefined || proxy !== undefined
      ? []
      : [
          {
            path: `hosts.${host}.connection`,
            problem: `${by} guards the port through which Pulumi connects, and nothing lets Pulumi in: allow is empty, and there is no proxy`,
            remedy: "add the deployer's address to allow, or connect through a proxy whose address is there",
          },
        ];
  });
}

/** The same check with what only the host can tell: the address from which it sees the deployer come. */
export function deployerProblems(policy: Policy, host: string, deployer: Deployer): readonly Problem[] {
  return reasonsAgainst(policy, deployer).map(({ lock, remedy }) => ({
    path: `hosts.${host}.connection`,
    problem: `${lock} would lock Pulumi out, which this host sees coming from ${deployer.address}`,
    remedy,
  }));
}

interface Reason {
  readonly lock: string;
  readonly remedy: string;
}

function reasonsAgainst(policy: Policy, { address, port }: Deployer): readonly Reason[] {
  // Through a proxy that is the host itself: loopback is free under every profile.
  if (isLoopback(address)) {
    return [];
  }
  const door = doorAt(policy, port);
  switch (door.kind) {
    case "guarded":
      // Who is admitted to a guarded port has passed before anybody looks for martians.
      return contains(policy.allow, address)
        ? []
        : [{ lock: door.by.name, remedy: "add that address to allow" }];
    case "open":
      return asMartian(policy, address);
    case "restricted":
      return [
        ...asMartian(policy, address),
        ...(contains(door.from, address)
          ? []
          : [{ lock: "baseline.openPortsFrom", remedy: "add that address to the sources of the port" }]),
      ];
    case "closed":
      return [...asMartian(policy, address), { lock: "the baseline", remedy: OPEN_IT }];
    default:
      return unknownDoor(door);
  }
}

function asMartian({ profile, allow }: Policy, address: string): readonly Reason[] {
  return profile.kind === "baseline" &&
    contains(MARTIANS, address) &&
    !contains([...profile.exceptNetworks, ...allow], address)
    ? [
        {
          lock: "the baseline, which drops martians,",
          remedy: "add its network to baseline.exceptNetworks, or that address to allow",
        },
      ]
    : [];
}

function doorAt({ services, openPorts, profile }: Policy, port: number): Door {
  const range: PortRange = { protocol: "tcp", from: port, to: port };
  const hasPort = (ranges: readonly PortRange[]): boolean => ranges.some((other) => overlaps(other, range));
  const by = services.find(({ ports }) => hasPort(ports));
  if (by !== undefined) {
    return { kind: "guarded", by };
  }
  if (profile.kind === "guard" || hasPort(openPorts)) {
    return { kind: "open" };
  }
  const restricted = profile.openPortsFrom.find(({ ports }) => hasPort(ports));
  return restricted === undefined ? { kind: "closed" } : { kind: "restricted", from: restricted.from };
}

function unknownDoor(door: never): never {
  throw new Error(`bug: unknown kind of door ${typeof door}`);
}
