import { drawKnocks } from "./drawKnocks";
import { mapKnocks } from "./mapKnocks";
import { namedSequences } from "./namedSequences";
import type { FleetPolicy, Knock, Policy, WrittenKnock } from "./policy";
import { crossFieldProblems } from "./rules/crossFieldProblems";
import { policyWarnings } from "./rules/policyWarnings";
import { argumentPath } from "./sequenceId";

/** What one host of a fleet is to do. */
export interface HostPolicy {
  /** The same object as that of other hosts that are to do the same. */
  readonly policy: Policy;
  /** Where a sequence is written that it has drawn, and how many attempts there were before that one. */
  readonly attempts: ReadonlyMap<string, number>;
}

/** What each host of a fleet is to do, by its name. Sequences that are derived are drawn once for each host. */
export function hostPolicies(fleet: FleetPolicy): (host: string) => HostPolicy {
  const shared = { ...fleet, tokenNetworks: [] };
  const paths = derivedPaths(shared);
  const common: HostPolicy = { policy: withoutUndrawn(shared), attempts: new Map() };
  const known = new Map<string, HostPolicy>();
  return (host) => {
    const found = known.get(host);
    if (found !== undefined) {
      return found;
    }
    const drawn = paths.length === 0 ? common : draw(shared, host, paths);
    const own = fleet.tokenNetworks.filter((each) => each.host === host);
    const policy = own.length === 0 ? drawn : { ...drawn, policy: { ...drawn.policy, tokenNetworks: own } };
    known.set(host, policy);
    return policy;
  };
}

/** A policy as long as no host has drawn: what is derived is not there. */
export function withoutUndrawn(fleet: FleetPolicy): Policy {
  return { ...fleet, ...mapKnocks(fleet, drawnOnes), derive: "" };
}

/** Where sequences are written that each host draws for itself, `services.ssh.sequence`; sorted. */
export function derivedPaths(fleet: FleetPolicy): readonly string[] {
  return namedSequences(fleet)
    .filter(({ knocks }) => drawnOnes(knocks).length < knocks.length)
    .map(({ path }) => path)
    .toSorted();
}

/** With a quarter of the ports free, as a rule demands, one attempt of 400 passes at least. */
const MOST_ROUNDS = 20_000;

/**
 * Attempt by attempt, until no rule refuses one and none warns of one. Each round draws those anew that are not good yet,
 * so that who comes or goes changes nobody else's.
 */
function draw(fleet: FleetPolicy, host: string, paths: readonly string[]): HostPolicy {
  const attempts = new Map(paths.map((path) => [path, 0]));
  const known = new Map<string, readonly Knock[]>();
  let redrawn = paths;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    for (const path of redrawn) {
      known.set(path, drawKnocks(fleet.derive, host, path, attempts.get(path) ?? 0));
    }
    const policy = {
      ...fleet,
      ...mapKnocks(fleet, (knocks, id) => known.get(argumentPath(id)) ?? drawnOnes(knocks)),
      derive: "",
    };
    const judged = new Set(
      [...crossFieldProblems(policy, { reaches: [], refused: new Set() }), ...policyWarnings(policy)].map(
        ({ path }) => path,
      ),
    );
    redrawn = paths.filter((path) => judged.has(path));
    if (redrawn.length === 0) {
      return { policy, attempts };
    }
    for (const path of redrawn) {
      attempts.set(path, (attempts.get(path) ?? 0) + 1);
    }
  }
  throw new Error("bug: no sequence can be drawn, and no rule has refused that");
}

function drawnOnes(knocks: readonly WrittenKnock[]): readonly Knock[] {
  return knocks.filter((knock) => knock.port !== "derived");
}
