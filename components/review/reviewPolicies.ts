import { FIELDS } from "../outline/fields";
import type { Outline } from "../outline/outline";
import { printOutline } from "../outline/printOutline";
import { hostPartOf } from "../policy/hostPart";
import type { Rollout } from "../policy/policy";
import { type Opener, printSequenceId, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";
import { type Compared, compareAtHosts, judgeAtHosts } from "./atHosts";
import type { ReviewedChange, Sides } from "./change";
import { type DrawnSequence, type DrawnToken, drawnTokens } from "./drawnSequences";
import { ALL_SERVICES, BASELINE, fieldRows } from "./fieldRows";
import { formerOwners } from "./formerOwners";
import { hostChanges } from "./hostChanges";
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
  const [was, is] = [before.outline, after.outline];
  const formerOwner = formerOwners(before, after);
  const written = compareAtHosts(was, is, formerOwner);
  const rows = fieldRows(written);
  const changes = [
    ...rows,
    ...hostChanges(written),
    ...serviceChanges(written),
    ...knockerChanges({ before: was, after: is, formerOwner }),
    ...rotated.flatMap((sequence) => rotation(sequence, rows, written, formerOwner)),
  ];
  return {
    changes: changes.toSorted((a, b) => compareTexts(rank(a.subject), rank(b.subject))),
    hosts: touchedHosts(was, is, {
      hasOtherRules: otherRules(written, rotated),
      drifted,
    }),
    lockOutRisks: lockOutRisks(written, rotated),
    isUnconfirmed,
    sequences: after.sequences,
    tokens: drawnTokens(is),
  };
}

/** Who knocks for Pulumi, and in which order hosts are touched, no host is told. */
function otherRules(
  { before, after, alike }: Compared,
  rotated: readonly SequenceId[],
): (host: string) => boolean {
  const told = (outline: Outline): string =>
    printOutline({ ...outline, deployer: "", rollout: AT_ONCE, tokenNetworks: [] });
  const different = new Set(
    alike
      .filter(
        ({ sides }) =>
          told(sides.before.outline) !== told(sides.after.outline) ||
          rotated.some((sequence) => isOf(sequence, sides.after.outline)),
      )
      .flatMap(({ hosts }) => hosts),
  );
  const networks = (outline: Outline, host: string): string =>
    FIELDS.host.tokenNetworks.form.print(hostPartOf(outline, host).tokenNetworks).join();
  return (host) => different.has(host) || networks(before, host) !== networks(after, host);
}

const AT_ONCE: Rollout = { canaries: [], batch: 0 };

/** Whether a host has it. */
function isOf(sequence: SequenceId, { services, knockers, profile }: Outline): boolean {
  switch (sequence.kind) {
    case "admit":
    case "close":
      return (sequence.opener.kind === "knocker" ? knockers : services).some(
        ({ name }) => name === sequence.opener.name,
      );
    case "unban":
      return profile.kind === "baseline";
    default:
      return unreachable(sequence);
  }
}

/** Where the number or the protocols of the knocks changed, that says it already, but for who knows them. */
function rotation(
  sequence: SequenceId,
  rows: readonly ReviewedChange[],
  { after: outline, alike }: Compared,
  formerOwner: Sides["formerOwner"],
): readonly ReviewedChange[] {
  const former = sequence.kind === "admit" ? formerOwner(sequence) : undefined;
  if (sequence.kind === "admit" && former !== undefined) {
    const after = `the former sequence of ${printSequenceId(former)}`;
    const { opener } = sequence;
    const judged = judgeAtHosts(alike, (sides) => judgeTakenOver(opener, former, sides));
    return [{ subject: subjectOf(sequence.opener), what: "sequence", before: "secret", after, ...judged }];
  }
  const { subject, what, counted, meaning } = wordsOfRotation(sequence, outline);
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
