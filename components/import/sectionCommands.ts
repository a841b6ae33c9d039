import type { PortRange } from "../policy/policy";
import { mergePortRanges } from "../policy/portRange";
import { unreachable } from "../policy/unreachable";
import { WINDOW_WITHOUT_END, windowWithin } from "./bounds";
import type { Effect } from "./effect";
import { effectsOf } from "./firewallCommand";
import type { Note } from "./imported";
import type { KnockdSection } from "./knockdFile";
import { noteAt, notesAt } from "./noteAt";
import { printPorts } from "./portWords";
import { type Fields, type Read, toSeconds, type Written } from "./sectionFields";

/** knockd's own, of its source. */
const DEFAULT_CMD_TIMEOUT = 10;

/** What the commands of a section open and close, and for how long. */
export interface Commands {
  readonly opens: readonly PortRange[];
  readonly closes: readonly PortRange[];
  readonly windowSeconds: number;
  readonly notes: readonly Note[];
}

export function readCommands(section: KnockdSection, fields: Fields): Commands {
  const start6 = fields.get("start6");
  const isOnly6 = !fields.has("start") && start6 !== undefined;
  const start = isOnly6 ? start6 : fields.get("start");
  if (start === undefined || start.value === "") {
    const line = start?.line ?? section.line;
    const notes = [noteAt(line, "runs no command, and so opens nothing", "take the section out")];
    return { opens: [], closes: [], windowSeconds: 0, notes };
  }
  const effects = effectsOf(start.value);
  const opens = portsOf(effects, "opens");
  const closes = portsOf(effects, "closes");
  const window = opens.length === 0 ? { value: 0, notes: [] } : readWindow(start, effects, fields, isOnly6);
  return {
    opens,
    // What it opens and closes again is a window.
    closes: opens.length === 0 ? closes : [],
    windowSeconds: window.value ?? 0,
    notes: [...effectNotes(effects, start.line), ...window.notes, ...otherFamilyNotes(start, opens, fields)],
  };
}

function portsOf(effects: readonly Effect[], kind: "opens" | "closes"): readonly PortRange[] {
  return mergePortRanges(effects.flatMap((effect) => (effect.kind === kind ? effect.ports : [])));
}

function effectNotes(effects: readonly Effect[], line: number): readonly Note[] {
  return effects.flatMap((effect) => {
    switch (effect.kind) {
      case "opens":
        return notesAt(line, effect.findings);
      case "unknown":
        return notesAt(line, [effect.finding]);
      case "closes":
      case "waits":
        return [];
      default:
        return unreachable(effect);
    }
  });
}

function readWindow(
  start: Written,
  effects: readonly Effect[],
  fields: Fields,
  isOnly6: boolean,
): Read<number> {
  const stop = fields.get(isOnly6 ? "stop6" : "stop");
  const ends = effects.flatMap((effect) =>
    effect.kind === "opens" && effect.seconds !== undefined ? [effect.seconds] : [],
  );
  const waited = effects.reduce((sum, effect) => sum + (effect.kind === "waits" ? effect.seconds : 0), 0);
  const isClosed = effects.some(({ kind }) => kind === "closes");
  if (stop !== undefined && stop.value !== "") {
    const written = fields.get("cmdTimeout");
    const seconds = written === undefined ? DEFAULT_CMD_TIMEOUT : toSeconds(written.value);
    return { value: windowWithin(seconds), notes: stopNotes(stop, fields) };
  }
  if (isClosed || ends.length > 0) {
    return { value: windowWithin(isClosed ? waited : Math.min(...ends)), notes: [] };
  }
  return {
    value: WINDOW_WITHOUT_END,
    notes: [
      noteAt(
        start.line,
        "opens a port and does not close it by itself; here it closes after accessWindow, an hour, and connections that exist go on",
        "give another accessWindow, up to seven days, if an hour is too short",
      ),
    ],
  };
}

function stopNotes(stop: Written, fields: Fields): readonly Note[] {
  const stop6 = fields.get("stop6");
  return [stop, ...(stop6 === undefined || stop6 === stop ? [] : [stop6])].flatMap(({ value, line }) =>
    effectsOf(value).flatMap((effect) => {
      switch (effect.kind) {
        case "closes":
        case "waits":
          return [];
        case "opens":
          return [noteAt(line, "opens a port when it should close one", "write that as a service by hand")];
        case "unknown":
          return notesAt(line, [effect.finding]);
        default:
          return unreachable(effect);
      }
    }),
  );
}

/** One sequence counts over IPv4 and IPv6 alike. */
function otherFamilyNotes(start: Written, opens: readonly PortRange[], fields: Fields): readonly Note[] {
  const start6 = fields.get("start6");
  if (start6 === undefined) {
    return [];
  }
  if (start6 === start) {
    return [
      noteAt(
        start6.line,
        "opens over IPv6 alone, and here a sequence counts over IPv4 as well",
        "close the port for IPv4 in the host's own firewall, if it is to stay closed",
      ),
    ];
  }
  if (start6.value === "") {
    return [
      noteAt(
        start6.line,
        "opens nothing over IPv6, and here a sequence counts over IPv6 as well",
        "close the port for IPv6 in the host's own firewall, if it is to stay closed",
      ),
    ];
  }
  const effects = effectsOf(start6.value);
  const others = portsOf(effects, "opens");
  return [
    ...effectNotes(effects, start6.line),
    ...(printPorts(others) === printPorts(opens) || effects.some(({ kind }) => kind === "unknown")
      ? []
      : [
          noteAt(
            start6.line,
            "opens other ports over IPv6 than over IPv4, and only those of IPv4 are taken over",
            "write a service for the others by hand",
          ),
        ]),
  ];
}
