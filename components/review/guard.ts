import { optionalDuration } from "../outline/forms";
import type { Outline, OutlinedService } from "../outline/outline";
import { printDuration } from "../policy/duration";
import type { Nothing, OwnOpening, Protocol } from "../policy/policy";
import { isSameSequence, printSequenceId } from "../policy/sequenceId";
import { byWidth, type Direction, type Sides } from "./change";

/** What stands between a source and the ports of a service. */
export interface Guard {
  readonly service: OutlinedService;
  /** Whose sequence it is that opens the service: its own, or that of another one. */
  readonly opener: string;
  readonly opening: OwnOpening<Protocol>;
}

/** One way in which two guards differ. */
export interface GuardDifference {
  readonly direction: Direction;
  readonly words: string;
}

export function guardOf({ services }: Outline, service: OutlinedService): Guard {
  const opener = service.opening.kind === "shared" ? service.opening.sequenceOf : service.name;
  const opening = services.find(({ name }) => name === opener)?.opening;
  return { service, opener, opening: opening?.kind === "own" ? opening : NO_OPENING };
}

/** Only a text that somebody else wrote names a sequence that is not there. */
const NO_OPENING: OwnOpening<Protocol> = {
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

/**
 * How the sequences differ that open a service, whoever's they are.
 * A field that somebody adds does not compile until it is compared, or is said to be none of it.
 */
export function compareSequences(was: Guard, is: Guard, sides: Sides): readonly GuardDifference[] {
  const { kind, sequence, knockTimeoutSeconds: fast, closeSequence, unbans, ...others } = is.opening;
  others satisfies Nothing;
  const [old, now] = [was.opening.sequence.length, sequence.length];
  const slow = was.opening.knockTimeoutSeconds;
  const differences = [
    ...difference(byWidth(-old, -now), `${now} knocks instead of ${old}`),
    ...difference(
      byWidth(slow, fast),
      `${printDuration(fast)} instead of ${printDuration(slow)} from knock to knock`,
    ),
  ];
  // A sequence that there was before has people who know it, however hard it is.
  const opener = { kind: "admit", service: is.opener } as const;
  const wasOpener = { kind: "admit", service: was.opener } as const;
  const former = sides.formerOwner(opener) ?? opener;
  const isKnown =
    !isSameSequence(former, wasOpener) &&
    (!isSameSequence(former, opener) || hasSequence(sides.before.outline, is.opener));
  return isKnown
    ? [
        { direction: "opens up", words: `whoever knows the sequence of ${printSequenceId(former)} gets in` },
        ...differences,
      ]
    : differences;
}

function hasSequence({ services }: Outline, service: string): boolean {
  return services.some(({ name, opening }) => name === service && opening.kind === "own");
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
