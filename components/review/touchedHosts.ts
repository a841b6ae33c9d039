import { type Place, printReach } from "../outline/reach";
import type { Reach } from "../policy/policy";

/** By name. Empty where the policies do not say for which hosts they are. */
export interface TouchedHosts {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** They are reached in another way. */
  readonly moved: readonly string[];
  /** They get other rules. */
  readonly updated: readonly string[];
  /** They get the rules again that they should have. */
  readonly repaired: readonly string[];
}

interface Reasons {
  readonly hasOtherRules: (host: string) => boolean;
  readonly drifted: readonly string[];
}

export function touchedHosts(
  before: readonly Reach<Place>[],
  after: readonly Reach<Place>[],
  { hasOtherRules, drifted }: Reasons,
): TouchedHosts {
  const reachBefore = new Map(before.map((host) => [host.name, printReach(host)]));
  const namesAfter = new Set(after.map(({ name }) => name));
  const both = after.filter(({ name }) => reachBefore.has(name));
  const isMoved = (host: Reach<Place>): boolean => reachBefore.get(host.name) !== printReach(host);
  const standing = namesOf(both.filter((host) => !isMoved(host)));
  return {
    added: namesOf(after.filter(({ name }) => !reachBefore.has(name))),
    removed: namesOf(before.filter(({ name }) => !namesAfter.has(name))),
    moved: namesOf(both.filter(isMoved)),
    updated: standing.filter(hasOtherRules),
    repaired: standing.filter((name) => !hasOtherRules(name) && drifted.includes(name)),
  };
}

function namesOf(hosts: readonly Reach<Place>[]): readonly string[] {
  return hosts.map(({ name }) => name);
}
