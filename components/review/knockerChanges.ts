import type { KnockerOpeningPart, KnockerPart } from "../outline/fields";
import type { Outline, OutlinedKnocker } from "../outline/outline";
import { printMoment } from "../policy/moment";
import type { Nothing } from "../policy/policy";
import { type Opener, printSequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";
import { byNumber, byWidth, type Judgement, type ReviewedChange, type Sides } from "./change";
import type { Judges } from "./fieldChanges";
import { guardsNothing, opens, widerThanBefore } from "./guard";
import { describeBesides, describeOwn } from "./serviceChanges";

/** What the lines about a knocker have as their subject. No name of a service has a space. */
export function knockerSubject(name: string): string {
  return `knocker ${name}`;
}

/** What opens for somebody. */
export function wordForOpening({ kind, name }: Opener, { knockers }: Outline): "sequence" | "token" {
  const knocker = kind === "knocker" ? knockers.find((each) => each.name === name) : undefined;
  return knocker?.opening.kind === "token" ? "token" : "sequence";
}

/** The two policies as they are written. */
export interface Written extends Pick<Sides, "formerOwner"> {
  readonly before: Outline;
  readonly after: Outline;
}

/** One line for a knocker that comes or goes. A renamed one is both. */
export function knockerChanges(sides: Written): readonly ReviewedChange[] {
  const [before, after] = [sides.before.knockers, sides.after.knockers];
  return [
    ...missingIn(before, after).map((knocker) => ({
      subject: knockerSubject(knocker.name),
      what: "new knocker",
      before: "",
      after: describeKnocker(knocker),
      ...judgeNewKnocker(knocker, sides),
    })),
    ...missingIn(after, before).map((knocker) => ({
      subject: knockerSubject(knocker.name),
      what: "knocker removed",
      before: describeKnocker(knocker),
      after: "",
      direction: "closes down" as const,
      meaning: `${whereNot(knocker, sides)}, and the windows that ${knocker.name} opened close: nobody else's`,
    })),
  ];
}

function whereNot({ name }: OutlinedKnocker, { after, formerOwner }: Written): string {
  const openers = [
    ...after.knockers.map((knocker): Opener => ({ kind: "knocker", name: knocker.name })),
    ...after.services.map((service): Opener => ({ kind: "service", name: service.name })),
  ];
  const heir = openers.find((opener) => {
    const former = formerOwner({ kind: "admit", opener });
    return former?.kind === "admit" && former.opener.kind === "knocker" && former.opener.name === name;
  });
  return heir === undefined
    ? `${name} gets in nowhere any more`
    : `the sequence of ${name} is that of ${heir.name} now`;
}

function missingIn(
  some: readonly OutlinedKnocker[],
  others: readonly OutlinedKnocker[],
): readonly OutlinedKnocker[] {
  const names = new Set(some.map(({ name }) => name));
  return others.filter(({ name }) => !names.has(name));
}

function judgeNewKnocker({ name, services }: OutlinedKnocker, sides: Written): Judgement {
  const { before, after, formerOwner } = sides;
  const former = formerOwner({ kind: "admit", opener: { kind: "knocker", name } });
  const gained = services.filter((service) => !openedBefore(service));
  const closing = "no window closes by that";
  if (former === undefined) {
    return {
      direction: guardsNothing(before) ? "changes" : "opens up",
      meaning: `${name} may open ${services.join(", ")}; ${closing}`,
    };
  }
  const whoever = `whoever knows the former sequence of ${printSequenceId(former)}`;
  if (gained.length > 0) {
    return { direction: "opens up", meaning: `${whoever} may open ${gained.join(", ")} as ${name}` };
  }
  const wider = widerThanBefore(former, { kind: "knocker", name }, before, after);
  return wider.length > 0
    ? { direction: "opens up", meaning: `${whoever} gets in as ${name}: ${wider.join(", ")}` }
    : { direction: "changes", meaning: `${whoever} gets in as before, as ${name}` };

  function openedBefore(service: string): boolean {
    const was = before.services.find((each) => each.name === service);
    const is = after.services.some((each) => each.name === service);
    return is && was !== undefined && former?.kind === "admit" && opens(before, former.opener, was);
  }
}

/** In one line. A field that somebody adds does not compile until it stands here, or is said to be none of it. */
function describeKnocker({ name, services, opening, until, ...others }: OutlinedKnocker): string {
  others satisfies Nothing;
  const { by, further } = describeKnockerOpening(opening);
  return [
    `${services.join(", ")} after ${by}`,
    ...further,
    ...(until === 0 ? [] : [`until ${printMoment(until)}`]),
  ].join("; ");
}

function describeKnockerOpening(opening: OutlinedKnocker["opening"]): ReturnType<typeof describeOwn> {
  switch (opening.kind) {
    case "own":
      return describeOwn(opening);
    case "token":
      return { by: "a packet that works once", further: describeBesides(opening) };
    default:
      return unreachable(opening);
  }
}

/** What changes of a knocker mean who is in both policies, but for his sequence. */
export function knockerJudges({ name }: Pick<Opener, "name">): Judges<KnockerPart> {
  return {
    services: ({ removed, added }) => ({
      direction: byNumber(added.length, removed.length),
      meaning: [
        ...(added.length > 0 ? [`${name} may open ${added.join(", ")} too`] : []),
        ...(removed.length > 0
          ? [
              `${name} may not open ${removed.join(", ")} any more, and the windows of it that ${name} opened close: nobody else's`,
            ]
          : []),
      ].join("; "),
    }),
    until: ({ before = 0, after = 0 }) => ({
      direction: byWidth(orNever(before), orNever(after)),
      meaning:
        after === 0
          ? `the access of ${name} does not end`
          : `the access of ${name} ends then, and so do the windows that ${name} opened`,
    }),
  };
}

/** Who overhears a sequence knows it; who overhears a packet that opens once knows nothing. */
export function knockerOpeningJudges({ name }: Pick<Opener, "name">): Judges<KnockerOpeningPart> {
  const closing = `the windows that ${name} opened close: nobody else's; tell ${name}`;
  return {
    kind: ({ after }) =>
      after === "token"
        ? {
            direction: "closes down",
            meaning: `single packets that work once open for ${name}, and no sequence any more; ${closing}`,
          }
        : {
            direction: "opens up",
            meaning: `a sequence opens for ${name}, and no single packets any more: whoever overhears it knows it; ${closing}`,
          },
  };
}

function orNever(until: number): number {
  return until === 0 ? Number.POSITIVE_INFINITY : until;
}
