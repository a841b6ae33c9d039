import { byWidth, type FactChange, type Judgement, type Sides, widest } from "./change";
import { compareSequences, guardOf } from "./guard";
import { judgePorts } from "./judgePorts";
import { seconds } from "./seconds";

/** What a change of one field of a service means. The service is in both policies. */
export function judgeServiceField(
  service: string,
  field: string,
  change: FactChange,
  sides: Sides,
): Judgement {
  const [before = "", after = ""] = [change.removed[0], change.added[0]];
  switch (field) {
    case "ports":
      return judgePorts([...change.removed, ...change.added], sides);
    case "access":
      return after === "window"
        ? { direction: "opens up", meaning: "one sequence opens as many connections as start in the window" }
        : { direction: "closes down", meaning: "one sequence opens one connection" };
    case "accessWindow":
      return {
        direction: byWidth(seconds(before), seconds(after)),
        meaning: `new connections may start for ${after} after the last knock`,
      };
    case "knockTimeout":
      return {
        direction: before === "" || after === "" ? "changes" : byWidth(seconds(before), seconds(after)),
        meaning: after === "" ? "the other service's applies" : `${after} at most from knock to knock`,
      };
    case "knocks":
      return judgeKnocks(before, after, `${service} has no sequence of its own any more`);
    case "sequenceOf":
      return judgeOpener(service, after, sides);
    case "closeKnocks":
      return { direction: "changes", meaning: describeClosing(before, after) };
    case "unban":
      return after === "true"
        ? { direction: "opens up", meaning: "the sequence takes its knocker off the blacklist" }
        : { direction: "closes down", meaning: "the sequence leaves its knocker on the blacklist" };
    default:
      return { direction: "changes", meaning: "" };
  }
}

/** Fewer knocks are easier to find. `gone` is what it means that there are none any more. */
export function judgeKnocks(before: string, after: string, gone: string): Judgement {
  const [old, now] = [Number.parseInt(before, 10), Number.parseInt(after, 10)];
  if (after === "" || before === "") {
    return { direction: "changes", meaning: after === "" ? gone : `${now} knocks of its own` };
  }
  return {
    direction: byWidth(-old, -now),
    meaning:
      old === now
        ? "another sequence: tell the people who knock"
        : `${now} knocks instead of ${old}: ${now < old ? "easier" : "harder"} to find; tell the people who knock`,
  };
}

/** A service that is opened by another sequence: its own, or that of another service. */
function judgeOpener(service: string, opener: string, sides: Sides): Judgement {
  const differences = compareSequences(guardOf(sides.before, service), guardOf(sides.after, service), sides);
  const opened =
    opener === ""
      ? `${service} has a sequence of its own`
      : `the sequence of ${opener} opens ${service} too; nothing else does`;
  return {
    direction: widest(differences.map(({ direction }) => direction)),
    meaning: [opened, ...differences.map(({ words }) => words)].join("; "),
  };
}

function describeClosing(before: string, after: string): string {
  if (after === "" || before === "") {
    return after === "" ? "knockers cannot end their access" : "knockers can end their access themselves";
  }
  const [old, now] = [Number.parseInt(before, 10), Number.parseInt(after, 10)];
  const what = old === now ? "another close sequence" : `a close sequence of ${now} knocks instead of ${old}`;
  return `${what}: tell the people who use it`;
}
