import type { FactChange, Judgement, ReviewedChange, Sides } from "./change";
import { compareFacts } from "./change";
import { type FactIndex, indexFacts } from "./factIndex";
import { formerOwners } from "./formerOwners";
import { judgeCommonField } from "./judgeCommon";
import { judgeTakenOver } from "./judgePorts";
import { judgeServiceField } from "./judgeService";
import { lockOutRisks } from "./lockOutRisks";
import type { DrawnSequence, ReviewSide } from "./reviewSide";
import { serviceChanges } from "./serviceChanges";

/** What somebody is to approve, as data. */
export interface Review {
  /** By subject. */
  readonly changes: readonly ReviewedChange[];
  readonly hosts: TouchedHosts;
  readonly lockOutRisks: readonly string[];
  /** Whether not every host has confirmed the old policy. */
  readonly isUnconfirmed: boolean;
  /** The sequences of the new policy. */
  readonly sequences: readonly DrawnSequence[];
}

/** By name, with how they are reached. Empty where the policies do not say for which hosts they are. */
export interface TouchedHosts {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly moved: readonly string[];
  /** They get other rules. */
  readonly updated: readonly string[];
  /** They get the rules again that they should have. */
  readonly repaired: readonly string[];
}

/** What policies do not say. */
export interface Observed {
  /** What has another sequence than before: `ssh`, `ssh close`, `unban`. */
  readonly rotated: readonly string[];
  /** Hosts that are not as the old policy wants them; none where nobody looked. */
  readonly drifted?: readonly string[];
  /** Whether not every host has confirmed the old policy. */
  readonly isUnconfirmed?: boolean;
}

export function reviewPolicies(
  before: ReviewSide,
  after: ReviewSide,
  { rotated, drifted = [], isUnconfirmed = false }: Observed,
): Review {
  const sides = {
    before: indexFacts(before.facts),
    after: indexFacts(after.facts),
    formerOwners: formerOwners(before, after),
  };
  const compared = compareFacts(sides);
  const rules = compared.filter(({ path }) => !path.startsWith("hosts."));
  const changes = [
    ...rules.flatMap((change) => reviewFact(change, sides)),
    ...serviceChanges(sides),
    ...rotated.flatMap((owner) => rotation(owner, rules, sides)),
  ];
  return {
    changes: changes.toSorted((a, b) => compareTexts(rank(a.subject), rank(b.subject))),
    hosts: touchedHosts(sides, compared, changes.length > 0, drifted),
    lockOutRisks: lockOutRisks(sides, rotated),
    isUnconfirmed,
    sequences: after.sequences,
  };
}

function reviewFact(change: FactChange, sides: Sides): readonly ReviewedChange[] {
  const { path, removed, added } = change;
  const values = { before: removed.join(", "), after: added.join(", ") };
  const [, service, field] = /^services\.([^.]+)\.(.+)$/.exec(path) ?? [];
  if (service !== undefined && field !== undefined) {
    const isOnBothSides = sides.before.services.includes(service) && sides.after.services.includes(service);
    return isOnBothSides
      ? [{ subject: service, what: field, ...values, ...judgeServiceField(service, field, change, sides) }]
      : [];
  }
  const [, ofBaseline] = /^baseline\.(.+)$/.exec(path) ?? [];
  return [
    {
      subject: ofBaseline === undefined ? ALL_SERVICES : BASELINE,
      what: ofBaseline ?? path,
      ...values,
      ...judgeAround(change, sides),
    },
  ];
}

/** Where a whole baseline comes or goes, its parts are no changes of their own. */
function judgeAround(change: FactChange, sides: Sides): Judgement {
  const [was, is] = [sides.before.one("profile"), sides.after.one("profile")];
  return change.path.startsWith("baseline.") && was !== is
    ? { direction: "changes", meaning: is === "baseline" ? "of the new baseline" : "gone with the baseline" }
    : judgeCommonField(change, sides);
}

/** Where the number or the protocols of the knocks changed, that says it already, but for who knows them. */
function rotation(owner: string, rules: readonly FactChange[], sides: Sides): readonly ReviewedChange[] {
  const [service = "", part] = owner.split(" ");
  const former = sides.formerOwners.get(owner);
  if (former !== undefined && part === undefined && owner !== "unban") {
    const [before, after] = ["secret", `the former sequence of ${former}`];
    return [{ subject: service, what: "sequence", before, after, ...judgeTakenOver(service, former, sides) }];
  }
  const [subject, what, path] =
    owner === "unban"
      ? [BASELINE, "unbanSequence", "baseline.unbanKnocks"]
      : part === "close"
        ? [service, "closeSequence", `services.${service}.closeKnocks`]
        : [service, "sequence", `services.${service}.knocks`];
  return rules.some((change) => change.path === path)
    ? []
    : [
        {
          subject,
          what,
          before: "secret",
          after: "another secret",
          direction: "changes",
          meaning:
            part === "close" || owner === "unban"
              ? "rotated: tell the people who use it"
              : "rotated: the old sequence opens nothing and open windows close; tell the people who knock",
        },
      ];
}

function touchedHosts(
  { before, after }: Sides,
  compared: readonly FactChange[],
  hasOtherRules: boolean,
  drifted: readonly string[],
): TouchedHosts {
  const namesIn = (facts: FactIndex): readonly string[] =>
    facts.paths.flatMap((path) => (path.startsWith("hosts.") ? [path.slice("hosts.".length)] : []));
  const [old, now] = [namesIn(before), namesIn(after)];
  const both = now.filter((name) => old.includes(name));
  const moved = both.filter((name) => compared.some(({ path }) => path === `hosts.${name}`));
  const standing = both.filter((name) => !moved.includes(name));
  return {
    added: now.filter((name) => !old.includes(name)),
    removed: old.filter((name) => !now.includes(name)),
    moved,
    updated: hasOtherRules ? standing : [],
    repaired: hasOtherRules ? [] : standing.filter((name) => drifted.includes(name)),
  };
}

const ALL_SERVICES = "all services";
const BASELINE = "baseline";

/** Services by name, then what they share. Only that has a space. */
function rank(subject: string): string {
  return subject === ALL_SERVICES ? "~1" : subject === BASELINE ? "~2" : subject;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
