import { parseDuration } from "../policy/duration";
import { byWidth, type FactChange, type Judgement, type Sides } from "./change";
import { cutPorts, namedPorts } from "./cutPorts";
import { describeFate, portFate, widthOf } from "./portFate";

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
      return {
        direction: "changes",
        meaning:
          after === ""
            ? `${service} has a sequence of its own`
            : `the sequence of ${after} opens ${service} too; nothing else does`,
      };
    case "closeKnocks":
      return {
        direction: "changes",
        meaning:
          after === "" ? "knockers cannot end their access" : "knockers can end their access themselves",
      };
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

/** What becomes of ports; where some open up and some close down, that is what counts that opens up. */
export function judgePorts(ports: readonly string[], { before, after }: Sides): Judgement {
  const moves = cutPorts(ports, namedPorts(before, after)).map((port) => {
    const [from, to] = [portFate(before, port), portFate(after, port)];
    return { growth: widthOf(to) - widthOf(from), words: [describeFate(from), describeFate(to)], port };
  });
  const growths = moves.map(({ growth }) => growth);
  const widest = Math.max(0, ...growths);
  return {
    direction: byWidth(0, widest > 0 ? widest : Math.min(0, ...growths)),
    meaning: moves
      .filter(({ words: [from, to] }) => from !== to)
      .map(({ port, words: [from, to] }) => `${port} was ${from}, now ${to}`)
      .join("; "),
  };
}

export function seconds(duration: string): number {
  const parsed = parseDuration(duration);
  return parsed.kind === "value" ? parsed.value : 0;
}
