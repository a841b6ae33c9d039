import { doorsOf, namedPorts } from "../policy/door";
import { printSequenceId, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";
import type { ReviewedChange, Side, Sides } from "./change";
import type { DrawnSequence } from "./drawnSequences";
import { ALL_SERVICES, BASELINE, fieldRows } from "./fieldRows";
import { formerOwners } from "./formerOwners";
import { judgeTakenOver } from "./judgePorts";
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
    ...rotated.flatMap((sequence) => rotation(sequence, rows, sides)),
  ];
  return {
    changes: changes.toSorted((a, b) => compareTexts(rank(a.subject), rank(b.subject))),
    hosts: touchedHosts(before.outline.hosts, after.outline.hosts, {
      haveOtherRules: changes.length > 0,
      drifted,
    }),
    lockOutRisks: lockOutRisks(sides, rotated),
    isUnconfirmed,
    sequences: after.sequences,
  };
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
    const judged = judgeTakenOver(sequence.service, former, sides);
    return [{ subject: sequence.service, what: "sequence", before: "secret", after, ...judged }];
  }
  const { subject, what, counted, meaning } = wordsOfRotation(sequence);
  return rows.some((row) => row.subject === subject && row.what === counted)
    ? []
    : [{ subject, what, before: "secret", after: "another secret", direction: "changes", meaning }];
}

interface RotationWords extends Pick<ReviewedChange, "subject" | "what" | "meaning"> {
  /** The line about the number and the protocols of its knocks. */
  readonly counted: string;
}

function wordsOfRotation(sequence: SequenceId): RotationWords {
  const meaning = "rotated: tell the people who use it";
  switch (sequence.kind) {
    case "admit":
      return {
        subject: sequence.service,
        what: "sequence",
        counted: "knocks",
        meaning: "rotated: the old sequence opens nothing and open windows close; tell the people who knock",
      };
    case "close":
      return { subject: sequence.service, what: "closeSequence", counted: "closeKnocks", meaning };
    case "unban":
      return { subject: BASELINE, what: "unbanSequence", counted: "unbanKnocks", meaning };
    default:
      return unreachable(sequence);
  }
}

/** Services by name, then what they share. Only that has a space. */
function rank(subject: string): string {
  return subject === ALL_SERVICES ? "~1" : subject === BASELINE ? "~2" : subject;
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
