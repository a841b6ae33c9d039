import type { Outline } from "../outline/outline";
import { type Place, printReach } from "../outline/reach";
import type { Reach } from "../policy/policy";
import { saysHosts } from "./guard";

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

export function touchedHosts(was: Outline, is: Outline, { hasOtherRules, drifted }: Reasons): TouchedHosts {
  const [before, after] = saysHosts(was) && saysHosts(is) ? [was.hosts, is.hosts] : [[], []];
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
