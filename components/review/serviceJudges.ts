import type { OwnPart, ServicePart, SharedPart } from "../outline/fields";
import type { OutlinedKnock, OutlinedService } from "../outline/outline";
import { printDuration } from "../policy/duration";
import { byWidth, type Judgement, type Sides, widest } from "./change";
import type { Judges } from "./fieldChanges";
import { byDerivation, compareSequences, guardOf } from "./guard";
import { judgePorts } from "./judgePorts";

/** What changes of a service mean that is in both policies. */
export function serviceJudges(sides: Sides): Judges<ServicePart> {
  return {
    ports: ({ before = [], after = [] }) => judgePorts([...before, ...after], sides),
    access: ({ after }) =>
      after === "window"
        ? { direction: "opens up", meaning: "one sequence opens as many connections as start in the window" }
        : { direction: "closes down", meaning: "one sequence opens one connection" },
    accessWindowSeconds: ({ before = 0, after = 0 }) => ({
      direction: byWidth(before, after),
      meaning: `new connections may start for ${printDuration(after)} after the last knock`,
    }),
    flowTimeoutSeconds: ({ before = 0, after = 0 }) => ({
      direction: byWidth(before, after),
      meaning:
        after === 0
          ? "a UDP flow goes on while connection tracking knows it"
          : `a UDP flow goes on after a silence of ${printDuration(after)}`,
    }),
  };
}

/** What opens a service before, and after. Knockers have nothing but a sequence of their own. */
interface OpeningKinds {
  readonly was: OutlinedService["opening"]["kind"];
  readonly is: OutlinedService["opening"]["kind"];
}

const STAYS_OWN: OpeningKinds = { was: "own", is: "own" };

/** What changes of its own sequence mean, which a service may have on one side alone. */
export function ownJudges(owner: string, { was, is }: OpeningKinds = STAYS_OWN): Judges<OwnPart> {
  return {
    sequence: ({ before, after }) => {
      if (before !== undefined && after !== undefined) {
        return judgeKnocks(before, after);
      }
      if (after === undefined) {
        return is === "knockers"
          ? { direction: "closes down", meaning: opensToKnockers(owner) }
          : { direction: "changes", meaning: `${owner} has no sequence of its own any more` };
      }
      return was === "knockers"
        ? {
            direction: "opens up",
            meaning: `${after.length} knocks of its own: whoever knows them gets in, knocker or not`,
          }
        : { direction: "changes", meaning: `${after.length} knocks of its own` };
    },
    knockTimeoutSeconds: ({ before, after }) => ({
      direction: before === undefined || after === undefined ? "changes" : byWidth(before, after),
      meaning:
        after === undefined
          ? is === "knockers"
            ? "those of its knockers apply"
            : "the other service's applies"
          : `${printDuration(after)} at most from knock to knock`,
    }),
    closeSequence: ({ before = [], after = [] }) => ({
      direction: "changes",
      meaning: describeClosing(before.length, after.length),
    }),
    unbans: ({ after }) =>
      after === true
        ? { direction: "opens up", meaning: "who opens it leaves the blacklist" }
        : { direction: "closes down", meaning: "who opens it stays on the blacklist" },
  };
}

/** What it means that another sequence opens a service: its own, or that of another service. */
export function sharedJudges(was: OutlinedService, is: OutlinedService, sides: Sides): Judges<SharedPart> {
  return {
    sequenceOf: ({ after }) => {
      const guards = [guardOf(sides.before.outline, was), guardOf(sides.after.outline, is)] as const;
      const differences = compareSequences(...guards, sides);
      const opened =
        after === undefined
          ? is.opening.kind === "knockers"
            ? opensToKnockers(is.name)
            : `${is.name} has a sequence of its own`
          : `the sequence of ${after} opens ${is.name} too; nothing else does`;
      return {
        direction: widest(differences.map(({ direction }) => direction)),
        meaning: [opened, ...differences.map(({ words }) => words)].join("; "),
      };
    },
  };
}

function opensToKnockers(service: string): string {
  return `${service} opens to its knockers alone`;
}

/** Fewer knocks are easier to find. */
export function judgeKnocks(before: readonly OutlinedKnock[], after: readonly OutlinedKnock[]): Judgement {
  const [old, now] = [before.length, after.length];
  const [spread, whereKnown] = byDerivation(before, after);
  const count = `${now} knocks instead of ${old}: ${now < old ? "easier" : "harder"} to find`;
  const meanings = [
    ...(spread === "changes" ? [] : [whereKnown]),
    ...(old === now ? [] : [count]),
    "tell the people who knock",
  ];
  return {
    direction: widest([byWidth(-old, -now), spread]),
    meaning: meanings.length === 1 ? `another sequence: ${meanings.join()}` : meanings.join("; "),
  };
}

function describeClosing(old: number, now: number): string {
  if (now === 0 || old === 0) {
    return now === 0 ? "knockers cannot end their access" : "knockers can end their access themselves";
  }
  const what = old === now ? "another close sequence" : `a close sequence of ${now} knocks instead of ${old}`;
  return `${what}: tell the people who use it`;
}
