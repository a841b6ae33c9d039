import { optionalDuration } from "../outline/forms";
import type { Outline, OutlinedKnock, OutlinedService } from "../outline/outline";
import { printDuration } from "../policy/duration";
import { printMoment } from "../policy/moment";
import { endOf, openedBy } from "../policy/openers";
import type { Nothing, OwnOpening } from "../policy/policy";
import { isSameSequence, type Opener, printSequenceId, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";
import { byWidth, type Direction, type Sides } from "./change";

/** What stands between a source and the ports of a service. */
export interface Guard {
  readonly service: OutlinedService;
  /** Whose sequence it is that opens the service: its own, or that of another one. None where knockers alone open it. */
  readonly opener: Opener | undefined;
  readonly opening: OwnOpening<OutlinedKnock>;
  /** Who may open it too, by name. */
  readonly knockers: readonly string[];
}

/** One way in which two guards differ. */
export interface GuardDifference {
  readonly direction: Direction;
  readonly words: string;
}

/** Whether nothing is shut by a policy: what lets somebody in opens nothing then that was not open before. */
export function guardsNothing({ services, profile }: Outline): boolean {
  return services.length === 0 && profile.kind === "guard";
}

/** Whether it is known which hosts a policy is for: none, where it guards nothing. */
export function saysHosts(outline: Outline): boolean {
  return outline.hosts.length > 0 || guardsNothing(outline);
}

export function guardOf(outline: Outline, service: OutlinedService): Guard {
  const opener = openerOf(service);
  return {
    service,
    opener,
    opening: (opener && openingOf(outline, opener)) ?? NO_OPENING,
    knockers: outline.knockers
      .filter(({ services: opened }) => opened.includes(service.name))
      .map(({ name }) => name),
  };
}

function openerOf({ name, opening }: OutlinedService): Opener | undefined {
  switch (opening.kind) {
    case "own":
      return { kind: "service", name };
    case "shared":
      return { kind: "service", name: opening.sequenceOf };
    case "knockers":
      return undefined;
    default:
      return unreachable(opening);
  }
}

/** Whether a sequence opens a service. */
export function opens(outline: Outline, opener: Opener, service: OutlinedService): boolean {
  return openedBy(opener, outline).some(({ name }) => name === service.name);
}

function openingOf(
  { services, knockers }: Outline,
  { kind, name: owner }: Opener,
): OwnOpening<OutlinedKnock> | undefined {
  const opening = (kind === "knocker" ? knockers : services).find(({ name }) => name === owner)?.opening;
  return opening?.kind === "own" ? opening : undefined;
}

/** In which ways who knew a sequence before gets further with it as another's, in words; where it is the same people. */
export function widerThanBefore(
  former: SequenceId,
  opener: Opener,
  before: Outline,
  after: Outline,
): readonly string[] {
  const was = former.kind === "admit" ? openingOf(before, former.opener) : undefined;
  const is = openingOf(after, opener);
  if (former.kind !== "admit" || was === undefined || is === undefined) {
    return [];
  }
  const [end, later] = [endOf(former.opener, before), endOf(opener, after)];
  const [slow, fast] = [was.knockTimeoutSeconds, is.knockTimeoutSeconds];
  // A new baseline has a new blacklist.
  const hadBlacklist = [before, after].every(({ profile }) => profile.kind === "baseline");
  return [
    ...(fast > slow ? [`${printDuration(fast)} instead of ${printDuration(slow)} from knock to knock`] : []),
    ...(hadBlacklist && is.unbans && !was.unbans ? ["off the blacklist too"] : []),
    ...(end > 0 && (later === 0 || later > end)
      ? [`the access of ${opener.name} ${later === 0 ? "does not end" : `ends at ${printMoment(later)}`}`]
      : []),
  ];
}

/** Only a text that somebody else wrote names a sequence that is not there. */
const NO_OPENING: OwnOpening<OutlinedKnock> = {
  kind: "own",
  sequence: [],
  knockTimeoutSeconds: 0,
  closeSequence: [],
  unbans: false,
};

/** A guard that is easier to pass in one way is a weaker one, however much harder it is in others. */
export function compareGuards(was: Guard, is: Guard, sides: Sides): readonly GuardDifference[] {
  return [...compareSequences(was, is, sides), ...compareAdmissions(was.service, is.service)];
}

/** How the sequences differ that open a service, whoever's they are. */
export function compareSequences(was: Guard, is: Guard, sides: Sides): readonly GuardDifference[] {
  const [gone, come] = [without(was.knockers, is.knockers), without(is.knockers, was.knockers)];
  return [
    ...compareOpeners(was, is, sides),
    ...(come.length > 0 ? [{ direction: "opens up", words: `${come.join(", ")} may open it` } as const] : []),
    ...(gone.length > 0
      ? [{ direction: "closes down", words: `${gone.join(", ")} may not open it any more` } as const]
      : []),
  ];
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  return names.filter((name) => !others.includes(name));
}

/** A field that somebody adds does not compile until it is compared, or is said to be none of it. */
function compareOpeners(was: Guard, is: Guard, sides: Sides): readonly GuardDifference[] {
  if (is.opener === undefined) {
    return was.opener === undefined
      ? []
      : [{ direction: "closes down", words: "no sequence but those of its knockers opens it" }];
  }
  const { kind, sequence, knockTimeoutSeconds: fast, closeSequence, unbans, ...others } = is.opening;
  others satisfies Nothing;
  // A sequence that there was before has people who know it, however hard it is.
  const opener = { kind: "admit", opener: is.opener } as const;
  const former = sides.formerOwner(opener) ?? opener;
  const known = `whoever knows the sequence of ${printSequenceId(former)} gets in`;
  if (was.opener === undefined) {
    return [{ direction: "opens up", words: known }];
  }
  const [old, now] = [was.opening.sequence.length, sequence.length];
  const slow = was.opening.knockTimeoutSeconds;
  const differences = [
    ...difference(byWidth(-old, -now), `${now} knocks instead of ${old}`),
    ...difference(...byDerivation(was.opening.sequence, sequence)),
    ...difference(
      byWidth(slow, fast),
      `${printDuration(fast)} instead of ${printDuration(slow)} from knock to knock`,
    ),
  ];
  const wasOpener = { kind: "admit", opener: was.opener } as const;
  const isKnown =
    !isSameSequence(former, wasOpener) &&
    (!isSameSequence(former, opener) || openingOf(sides.before.outline, is.opener) !== undefined);
  return isKnown ? [{ direction: "opens up", words: known }, ...differences] : differences;
}

/** What is overheard at one host opens another, or does not. */
export function byDerivation(
  before: readonly OutlinedKnock[],
  after: readonly OutlinedKnock[],
): readonly [Direction, string] {
  const [was, is] = [before, after].map((knocks) => knocks.includes("derived"));
  return [
    byWidth(Number(!was), Number(!is)),
    is === true
      ? "each host has a sequence of its own: what is overheard at one opens no other"
      : "one sequence opens every host: who overhears it at one gets into all",
  ];
}

/** A field that somebody adds does not compile until it is compared, or is said to be none of it. */
function compareAdmissions(was: OutlinedService, is: OutlinedService): readonly GuardDifference[] {
  const { name, ports, opening, access, accessWindowSeconds, flowTimeoutSeconds, ...others } = is;
  others satisfies Nothing;
  return [
    ...difference(
      byWidth(Number(was.access === "window"), Number(access === "window")),
      `${access} instead of ${was.access}`,
    ),
    ...difference(
      byWidth(was.accessWindowSeconds, accessWindowSeconds),
      `${printDuration(accessWindowSeconds)} instead of ${printDuration(was.accessWindowSeconds)} to connect`,
    ),
    ...difference(
      byWidth(was.flowTimeoutSeconds, flowTimeoutSeconds),
      `${silence(is)} instead of ${silence(was)} for which flows may be silent`,
    ),
  ];
}

function silence({ flowTimeoutSeconds }: OutlinedService): string {
  return optionalDuration.print(flowTimeoutSeconds)[0] ?? "no time";
}

function difference(direction: Direction, words: string): readonly GuardDifference[] {
  return direction === "changes" ? [] : [{ direction, words }];
}
