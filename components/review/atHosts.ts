import type { Outline, OutlinedKnock } from "../outline/outline";
import { listHosts, policiesOfHosts } from "../policy/differences";
import { doorsOf, namedPorts } from "../policy/door";
import { groupBy } from "../policy/groupBy";
import type { Policy } from "../policy/policy";
import { type Judgement, type Side, type Sides, widest } from "./change";

/** Hosts to which the same happens, and what there is before and after. */
export interface SidesAtHosts {
  /** Their names; none for those that are not named. */
  readonly hosts: readonly string[];
  readonly sides: Sides;
}

/** The two policies as they are written, and what comes of them on each host. */
export interface Compared {
  readonly before: Outline;
  readonly after: Outline;
  readonly alike: readonly SidesAtHosts[];
}

/** What comes of two policies on each host that can be compared. */
export function sidesAtHosts(
  before: Outline,
  after: Outline,
  formerOwner: Sides["formerOwner"],
): readonly SidesAtHosts[] {
  const [policyBefore, policyAfter] = [policiesOfHosts(before, before), policiesOfHosts(after, after)];
  const { hosts, others } = hostsToCompare(before, after);
  const classes = [...groupBy(hosts, policyBefore)].flatMap(([was, some]) =>
    [...groupBy(some, policyAfter)].map(([is, alike]) => ({ hosts: alike, was, is })),
  );
  return [...classes, ...(others ? [{ hosts: [], was: before, is: after }] : [])].map(
    ({ hosts: alike, was, is }) => ({ hosts: alike, sides: toSides(was, is, formerOwner) }),
  );
}

/** Hosts that are new, or gone, are touched as a whole: where others are there too, those are what is compared. */
function hostsToCompare(
  before: Outline,
  after: Outline,
): { readonly hosts: readonly string[]; readonly others: boolean } {
  const old = new Set(before.hosts.map(({ name }) => name));
  if (before.hosts.length > 0 && after.hosts.length > 0) {
    const both = after.hosts.map(({ name }) => name).filter((name) => old.has(name));
    return { hosts: both, others: both.length === 0 };
  }
  const named = [before, after].flatMap(({ hosts, groups, ownDifferences }) => [
    ...hosts.map(({ name }) => name),
    ...groups.flatMap((group) => group.hosts),
    ...ownDifferences.map(({ host }) => host),
  ]);
  return {
    hosts: [...new Set(named)].toSorted(),
    others: before.hosts.length + after.hosts.length === 0,
  };
}

function toSides(
  was: Policy<OutlinedKnock>,
  is: Policy<OutlinedKnock>,
  formerOwner: Sides["formerOwner"],
): Sides {
  return {
    before: toSide(was),
    after: toSide(is),
    namedPorts: [was, is].flatMap(namedPorts),
    formerOwner,
  };
}

function toSide(policy: Policy<OutlinedKnock>): Side {
  const outline = { ...policy, hosts: [], groups: [], ownDifferences: [] };
  return { outline, doorOf: doorsOf(outline) };
}

/** The classes of hosts, cut down to these. */
export function hostsAmong(
  alike: readonly SidesAtHosts[],
  names: readonly string[],
): readonly SidesAtHosts[] {
  const wanted = new Set(names);
  return alike.flatMap(({ hosts, sides }) => {
    const some = hosts.filter((host) => wanted.has(host));
    return some.length === 0 ? [] : [{ hosts: some, sides }];
  });
}

/** Those hosts that have a service, before or after. */
export function hostsWith(alike: readonly SidesAtHosts[], service: string): readonly SidesAtHosts[] {
  return alike.filter(({ sides }) =>
    [sides.before, sides.after].some(({ outline }) => outline.services.some(({ name }) => name === service)),
  );
}

/** What something means on all these hosts; where it does not mean the same on all, with their names. */
export function judgeAtHosts(alike: readonly SidesAtHosts[], judge: (sides: Sides) => Judgement): Judgement {
  if (alike.length === 0) {
    return { direction: "changes", meaning: "of no host that stays" };
  }
  const judged = alike.map(({ hosts, sides }) => ({ hosts, ...judge(sides) }));
  const telling = judged.filter(({ direction }) => direction !== "changes");
  const meanings = groupBy(telling.length > 0 ? telling : judged, ({ meaning }) => meaning);
  const isEverywhere = telling.length === 0 || telling.length === judged.length;
  return {
    direction: widest(judged.map(({ direction }) => direction)),
    meaning: [...meanings]
      .map(([meaning, some]) =>
        meanings.size === 1 && isEverywhere ? meaning : `${listHosts(some)}: ${meaning}`,
      )
      .join("; "),
  };
}

/** What some hosts have to say, with their names where not all say it. */
export function saidAtHosts(
  alike: readonly SidesAtHosts[],
  say: (at: SidesAtHosts) => readonly string[],
): readonly string[] {
  const said = alike.flatMap((at) => [...new Set(say(at))].map((words) => ({ words, hosts: at.hosts })));
  return [...groupBy(said, ({ words }) => words)].map(([words, some]) =>
    some.length === alike.length ? words : `${listHosts(some)}: ${words}`,
  );
}
