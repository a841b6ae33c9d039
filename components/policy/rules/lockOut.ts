import { type OwnKnock, ownKnock } from "../deployerKnocks";
import { doorAt, doorsOf } from "../door";
import { martianness } from "../martians";
import { canonicalAddress, contains, isLoopback, sourceOf } from "../network";
import type { Admission, Deployer, Policy, Service } from "../policy";
import type { Problem } from "../policyError";
import { unreachable } from "../unreachable";
import { allowIsKnown } from "./differenceRules";
import type { Surroundings } from "./policyRule";

const OPEN_IT = "guard it, or add it to openPorts or baseline.openPortsFrom";

/**
 * As far as the program can tell: from where the deployer comes only the host knows, and under a baseline only the
 * host knows whether something in front of it leads to another port than the one that is dialled.
 */
export function guardLocksPulumiOut(policy: Policy, { reaches, refused }: Surroundings): readonly Problem[] {
  if (policy.allow.length > 0 || !allowIsKnown({ refused })) {
    return [];
  }
  const doorOf = doorsOf(policy);
  return reaches.flatMap(({ name, place: { port }, proxy }) => {
    const door = doorOf({ protocol: "tcp", from: port, to: port });
    if (door.kind !== "guarded" || proxy !== undefined) {
      return [];
    }
    const path = `hosts.${name}.connection`;
    const guards = `${door.by.name} guards the port through which Pulumi connects`;
    const own = ownKnock(policy, door.by, { atLeastSeconds: policy.rollbackSeconds });
    switch (own.kind) {
      case "knocks":
        return [];
      case "cannot":
        // What is not known yet, or was refused by itself, may be why.
        return [`knockers.${policy.deployer}`, "knockers", `services.${door.by.name}`].some((each) =>
          refused.has(each),
        )
          ? []
          : [{ path, problem: `${guards}, and ${own.problem}`, remedy: own.remedy }];
      case "doesNot":
        return [
          {
            path,
            problem: `${guards}, and nothing lets Pulumi in: allow is empty, and there is no proxy`,
            remedy: `add the deployer's address to allow, ${policy.knockers.length > 0 ? "name a knocker as deployer, " : ""}or connect through a proxy whose address is there`,
          },
        ];
      default:
        return unreachable(own);
    }
  });
}

/** The same check with what only the host can tell: the address from which it sees the deployer come. */
export function deployerProblems(
  policy: Policy,
  host: string,
  deployer: Deployer,
  now: number,
): readonly Problem[] {
  return reasonsAgainst(policy, deployer, now).map(({ lock, remedy }) => ({
    path: `hosts.${host}.connection`,
    problem: `${lock} would lock Pulumi out, which this host sees coming from ${deployer.address}`,
    remedy,
  }));
}

/** What lets the deployer in, and only for now. */
export function deployerWarnings(policy: Policy, deployer: Deployer, now: number): readonly string[] {
  const door = doorAt(policy, { protocol: "tcp", port: deployer.port });
  const needsKnock =
    door.kind === "guarded" &&
    !contains(policy.allow, deployer.address) &&
    reasonsAgainst(policy, deployer, now).length === 0 &&
    knockOf(policy, door.by, deployer, now).kind !== "knocks" &&
    !isLoopback(deployer.address);
  return needsKnock
    ? [
        `only a knock lets Pulumi in to ${door.by.name}, for ${secondsLeft(policy, door.by, deployer, now)} more seconds: ` +
          "an update that changes that sequence would be rolled back, and later runs must knock again; " +
          `add ${deployer.address} to allow`,
      ]
    : [];
}

interface Reason {
  readonly lock: string;
  readonly remedy: string;
}

function knockOf(policy: Policy, service: Service, { tokens }: Deployer, now: number): OwnKnock {
  return ownKnock(policy, service, { now, atLeastSeconds: policy.rollbackSeconds, supply: tokens });
}

function reasonsAgainst(policy: Policy, deployer: Deployer, now: number): readonly Reason[] {
  const { address, port } = deployer;
  // Through a proxy that is the host itself: loopback is free under every profile.
  if (isLoopback(address)) {
    return [];
  }
  const door = doorAt(policy, { protocol: "tcp", port });
  switch (door.kind) {
    case "guarded":
      // Who is admitted to a guarded port has passed before anybody looks for martians.
      return contains(policy.allow, address) ? [] : withoutAllow(policy, door.by, deployer, now);
    case "open":
    case "leftAlone":
    case "tolerated":
      return asMartian(policy, address);
    case "restricted":
      return [
        ...asMartian(policy, address),
        ...(contains(door.from, address)
          ? []
          : [{ lock: "baseline.openPortsFrom", remedy: "add that address to the sources of the port" }]),
      ];
    case "closed":
    case "trap":
      return [...asMartian(policy, address), { lock: "the baseline", remedy: OPEN_IT }];
    default:
      return unreachable(door);
  }
}

/** An open window goes on under the new rules. It must last until the host would give up waiting for confirm. */
function withoutAllow(policy: Policy, by: Service, deployer: Deployer, now: number): readonly Reason[] {
  const own = knockOf(policy, by, deployer, now);
  if (own.kind === "knocks") {
    return [];
  }
  const left = secondsLeft(policy, by, deployer, now);
  if (left >= policy.rollbackSeconds) {
    return [];
  }
  if (own.kind === "cannot") {
    return [{ lock: `${by.name}, for ${own.problem},`, remedy: own.remedy }];
  }
  const ends =
    left > 0 ? `: what a knock gave it ends in ${left} seconds, and rollbackTimeout is longer` : "";
  return [{ lock: by.name, remedy: `add that address to allow${ends}` }];
}

/** How long the deployer's window stays open under these rules; 0 for none. */
function secondsLeft(policy: Policy, by: Service, { address, admissions }: Deployer, now: number): number {
  const source = sourceOf(address, policy.identity);
  const left = admissions
    .filter((admission) => admission.service === by.name && canonicalAddress(admission.source) === source)
    .map((admission) => Math.min(admission.secondsLeft, secondsAllowed(policy, admission, now)));
  return Math.min(by.accessWindowSeconds, Math.max(0, ...left));
}

/** A knocker's window closes with him, and at his end. */
function secondsAllowed({ knockers }: Policy, { opener, service }: Admission, now: number): number {
  if (opener === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  const knocker = knockers.find(({ name, services }) => name === opener && services.includes(service));
  if (knocker === undefined) {
    return 0;
  }
  return knocker.until === 0 ? Number.POSITIVE_INFINITY : Math.floor(knocker.until - now);
}

function asMartian(policy: Policy, address: string): readonly Reason[] {
  return martianness(policy, address) === "dropped"
    ? [
        {
          lock: "the baseline, which drops martians,",
          remedy: "add its network to baseline.exceptNetworks, or that address to allow",
        },
      ]
    : [];
}
