import { FIELDS } from "../outline/fields";
import type { Outline } from "../outline/outline";
import { doorsOf, namedPorts } from "../policy/door";
import { type Opener, printSequenceId, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";
import type { ReviewedChange, Side, Sides } from "./change";
import { type DrawnSequence, type DrawnToken, drawnTokens } from "./drawnSequences";
import { ALL_SERVICES, BASELINE, fieldRows, hostSubject } from "./fieldRows";
import { formerOwners } from "./formerOwners";
import { judgeTakenOver } from "./judgePorts";
import { knockerChanges, knockerSubject, wordForOpening } from "./knockerChanges";
import { lockOutRisks } from "./lockOutRisks";
import type { ReviewSide } from "./reviewSide";
import { serviceChanges } from "./serviceChanges";
import { type TouchedHosts, touchedHosts } from "./touchedHosts";

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
  readonly tokens: readonly DrawnToken[];
}

/** What policies do not say. */
export interface Observed {
  /** What has another sequence than before. */
  readonly rotated: readonly SequenceId[];
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
    before: toSide(before),
    after: toSide(after),
    namedPorts: [before, after].flatMap(({ outline }) => namedPorts(outline)),
    formerOwner: formerOwners(before, after),
  };
  const rows = fieldRows(sides);
  const changes = [
    ...rows,
    ...serviceChanges(sides),
    ...knockerChanges(sides),
    ...rotated.flatMap((sequence) => rotation(sequence, rows, sides)),
  ];
  return {
    changes: changes.toSorted((a, b) => compareTexts(rank(a.subject), rank(b.subject))),
    hosts: touchedHosts(before.outline.hosts, after.outline.hosts, {
      hasOtherRules: (host) => changes.some((change) => touches(change, host)),
      drifted,
    }),
    lockOutRisks: lockOutRisks(sides, rotated),
    isUnconfirmed,
    sequences: after.sequences,
    tokens: drawnTokens(after.outline),
  };
}

/** What is of one host touches no other one; who knocks for Pulumi, no host is told. */
function touches({ subject, what }: ReviewedChange, host: string): boolean {
  return what === FIELDS.host.tokenNetworks.name
    ? subject === hostSubject(host)
    : what !== FIELDS.policy.deployer.name;
}

function toSide({ outline }: ReviewSide): Side {
  return { outline, doorOf: doorsOf(outline) };
}

/** Where the number or the protocols of the knocks changed, that says it already, but for who knows them. */
function rotation(
  sequence: SequenceId,
  rows: readonly ReviewedChange[],
  sides: Sides,
): readonly ReviewedChange[] {
  const former = sequence.kind === "admit" ? sides.formerOwner(sequence) : undefined;
  if (sequence.kind === "admit" && former !== undefined) {
    const after = `the former sequence of ${printSequenceId(former)}`;
    const judged = judgeTakenOver(sequence.opener, former, sides);
    return [{ subject: subjectOf(sequence.opener), what: "sequence", before: "secret", after, ...judged }];
  }
  const { subject, what, counted, meaning } = wordsOfRotation(sequence, sides.after.outline);
  return rows.some((row) => row.subject === subject && row.what === counted)
    ? []
    : [{ subject, what, before: "secret", after: "another secret", direction: "changes", meaning }];
}

interface RotationWords extends Pick<ReviewedChange, "subject" | "what" | "meaning"> {
  /** The line that says it already: about the number and the protocols of its knocks, or that there are tokens now. */
  readonly counted: string;
}

function wordsOfRotation(sequence: SequenceId, outline: Outline): RotationWords {
  const meaning = "rotated: tell the people who use it";
  switch (sequence.kind) {
    case "admit": {
      const what = wordForOpening(sequence.opener, outline);
      return {
        subject: subjectOf(sequence.opener),
        what,
        counted: what === "token" ? "token" : "knocks",
        meaning:
          sequence.opener.kind === "service"
            ? "rotated: the old sequence opens nothing and open windows close; tell the people who knock"
            : `rotated: the old ${what} opens nothing, and the windows that ${sequence.opener.name} opened close: nobody else's; tell ${sequence.opener.name}`,
      };
    }
    case "close":
      return {
        subject: subjectOf(sequence.opener),
        what: "closeSequence",
        counted: "closeKnocks",
        meaning,
      };
    case "unban":
      return { subject: BASELINE, what: "unbanSequence", counted: "unbanKnocks", meaning };
    default:
      return unreachable(sequence);
  }
}

function subjectOf({ kind, name }: Opener): string {
  return kind === "knocker" ? knockerSubject(name) : name;
}

/** Services by name, then hosts and knockers, then what all share. */
function rank(subject: string): string {
  if (subject === ALL_SERVICES || subject === BASELINE) {
    return subject === ALL_SERVICES ? "~2" : "~3";
  }
  return subject.includes(" ") ? `~1${subject}` : subject;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
