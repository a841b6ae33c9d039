import { type Outline, type OutlinedKnock, withoutRules } from "../outline/outline";
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
  /** On the hosts that have both of them. */
  readonly alike: readonly SidesAtHosts[];
  /** On those that come while others stay: no rules of ours before. */
  readonly come: readonly SidesAtHosts[];
  /** On those that go while others stay: no rules of ours after. */
  readonly gone: readonly SidesAtHosts[];
}

/** What comes of two policies on each host. */
export function compareAtHosts(before: Outline, after: Outline, formerOwner: Sides["formerOwner"]): Compared {
  const [policyBefore, policyAfter] = [policiesOfHosts(before, before), policiesOfHosts(after, after)];
  const { both, others, come, gone } = hostsToCompare(before, after);
  const classes = [...groupBy(both, policyBefore)].flatMap(([was, some]) =>
    [...groupBy(some, policyAfter)].map(([is, alike]) => ({ hosts: alike, was, is })),
  );
  const atHosts = ({ hosts, was, is }: (typeof classes)[number]): SidesAtHosts => ({
    hosts,
    sides: toSides(was, is, formerOwner),
  });
  const [nothingBefore, nothingAfter] = [withoutRules(after), withoutRules(before)];
  return {
    before,
    after,
    alike: [...classes, ...(others ? [{ hosts: [], was: before, is: after }] : [])].map(atHosts),
    come: [...groupBy(come, policyAfter)].map(([is, hosts]) => atHosts({ hosts, was: nothingBefore, is })),
    gone: [...groupBy(gone, policyBefore)].map(([was, hosts]) => atHosts({ hosts, was, is: nothingAfter })),
  };
}

interface HostsToCompare {
  readonly both: readonly string[];
  /** Whether there may be hosts that nobody names. */
  readonly others: boolean;
  readonly come: readonly string[];
  readonly gone: readonly string[];
}

/** Where one side says which hosts there are and the other does not, it is the whole policy that comes or goes. */
function hostsToCompare(before: Outline, after: Outline): HostsToCompare {
  const [old, now] = [namesOf(before), namesOf(after)];
  if (old.length > 0 && now.length > 0) {
    const [isOld, isNow] = [new Set(old), new Set(now)];
    const both = now.filter((name) => isOld.has(name));
    return {
      both,
      others: both.length === 0,
      come: now.filter((name) => !isOld.has(name)),
      gone: old.filter((name) => !isNow.has(name)),
    };
  }
  const named = [before, after].flatMap(({ hosts, groups, ownDifferences }) => [
    ...hosts.map(({ name }) => name),
    ...groups.flatMap((group) => group.hosts),
    ...ownDifferences.map(({ host }) => host),
  ]);
  return {
    both: [...new Set(named)].toSorted(),
    others: old.length + now.length === 0,
    come: [],
    gone: [],
  };
}

function namesOf({ hosts }: Outline): readonly string[] {
  return hosts.map(({ name }) => name);
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
