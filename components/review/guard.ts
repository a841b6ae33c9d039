import { byWidth, type Direction, type Sides } from "./change";
import type { FactIndex } from "./factIndex";
import { seconds } from "./seconds";

/** What stands between a source and the ports of a service. */
export interface Guard {
  readonly service: string;
  /** Whose sequence it is that opens the service: its own, or that of another one. */
  readonly opener: string;
  /** Number and protocols: `3: tcp, udp, tcp`. */
  readonly knocks: string;
  readonly knockTimeout: string;
  readonly access: string;
  readonly accessWindow: string;
}

/** One way in which two guards differ. */
export interface GuardDifference {
  readonly direction: Direction;
  readonly words: string;
}

export function guardOf(facts: FactIndex, service: string): Guard {
  const one = (name: string, field: string): string => facts.one(`services.${name}.${field}`) ?? "";
  const opener = facts.one(`services.${service}.sequenceOf`) ?? service;
  return {
    service,
    opener,
    knocks: one(opener, "knocks"),
    knockTimeout: one(opener, "knockTimeout"),
    access: one(service, "access"),
    accessWindow: one(service, "accessWindow"),
  };
}

/** A guard that is easier to pass in one way is a weaker one, however much harder it is in others. */
export function compareGuards(was: Guard, is: Guard, sides: Sides): readonly GuardDifference[] {
  return [...compareSequences(was, is, sides), ...compareAdmissions(was, is)];
}

/** How the sequences differ that open a service, whoever's they are. */
export function compareSequences(was: Guard, is: Guard, sides: Sides): readonly GuardDifference[] {
  const [old, now] = [numberOf(was.knocks), numberOf(is.knocks)];
  const differences = [
    difference(byWidth(-old, -now), `${now} knocks instead of ${old}`),
    difference(
      byWidth(seconds(was.knockTimeout), seconds(is.knockTimeout)),
      `${is.knockTimeout} instead of ${was.knockTimeout} from knock to knock`,
    ),
  ].flat();
  // A sequence that there was before has people who know it, however hard it is.
  const { before, formerOwners } = sides;
  const former = formerOwners.get(is.opener) ?? is.opener;
  const isKnown =
    former !== was.opener &&
    (former !== is.opener || before.one(`services.${is.opener}.knocks`) !== undefined);
  return isKnown
    ? [{ direction: "opens up", words: `whoever knows the sequence of ${former} gets in` }, ...differences]
    : differences;
}

function compareAdmissions(was: Guard, is: Guard): readonly GuardDifference[] {
  return [
    ...difference(
      byWidth(Number(was.access === "window"), Number(is.access === "window")),
      `${is.access} instead of ${was.access}`,
    ),
    ...difference(
      byWidth(seconds(was.accessWindow), seconds(is.accessWindow)),
      `${is.accessWindow} instead of ${was.accessWindow} to connect`,
    ),
  ];
}

function difference(direction: Direction, words: string): readonly GuardDifference[] {
  return direction === "changes" ? [] : [{ direction, words }];
}

function numberOf(knocks: string): number {
  return Number.parseInt(knocks, 10) || 0;
}
