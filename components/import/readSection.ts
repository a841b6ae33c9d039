import type { PortRange } from "../policy/policy";
import { mergePortRanges, printPortRange } from "../policy/portRange";
import { parseKnocks } from "../policy/sequence";
import { unreachable } from "../policy/unreachable";
import { type Effect, effectsOf } from "./firewallCommand";
import type { ImportedToken, Note, WrittenKnocks } from "./imported";
import type { KnockdDirective, KnockdSection } from "./knockdFile";
import { noteAt, notesAt } from "./noteAt";

/** What a section of knockd.conf does, once its sequence is complete. */
export interface SectionActs {
  readonly name: string;
  readonly line: number;
  readonly opener: WrittenKnocks | ImportedToken;
  readonly gapSeconds: number;
  readonly opens: readonly PortRange[];
  readonly closes: readonly PortRange[];
  readonly windowSeconds: number;
}

export interface SectionRead {
  /** Nothing where the section cannot be taken over; a note says why. */
  readonly acts: SectionActs | undefined;
  readonly notes: readonly Note[];
}

type Field =
  | "sequence"
  | "oneTimeSequences"
  | "seqTimeout"
  | "tcpFlags"
  | "target"
  | "start"
  | "start6"
  | "cmdTimeout"
  | "stop"
  | "stop6";

/** knockd's names, some of which mean the same. */
const FIELDS: ReadonlyMap<string, Field> = new Map<string, Field>([
  ["SEQUENCE", "sequence"],
  ["ONE_TIME_SEQUENCES", "oneTimeSequences"],
  ["SEQ_TIMEOUT", "seqTimeout"],
  ["TIMEOUT", "seqTimeout"],
  ["TCPFLAGS", "tcpFlags"],
  ["TARGET", "target"],
  ["COMMAND", "start"],
  ["START_COMMAND", "start"],
  ["COMMAND_6", "start6"],
  ["START_COMMAND_6", "start6"],
  ["CMD_TIMEOUT", "cmdTimeout"],
  ["STOP_COMMAND", "stop"],
  ["STOP_COMMAND_6", "stop6"],
]);

type Written = KnockdDirective & { readonly value: string };
type Fields = ReadonlyMap<Field, Written>;

/** knockd's own, of its source. */
const DEFAULT_SEQ_TIMEOUT = 25;
const DEFAULT_CMD_TIMEOUT = 10;

/** The longest gap that a policy may have. */
const LONGEST_GAP = 300;
const LONGEST_WINDOW = 7 * 86_400;
/** Where nothing closes a port again: the longest of which no policy is warned. */
const WINDOW_WITHOUT_END = 3600;

export function readSection(section: KnockdSection): SectionRead {
  const fields: Map<Field, Written> = new Map();
  const unknown: Note[] = [];
  for (const { key, value, line } of section.directives) {
    const field = FIELDS.get(key);
    if (field === undefined || value === undefined) {
      unknown.push(
        noteAt(line, "is no option of a section of knockd 0.8", "write by hand what it should do"),
      );
    } else {
      // As in knockd, the last one counts.
      fields.set(field, { key, value, line });
    }
  }
  const opener = readOpener(section, fields);
  const gap = readGap(section, fields);
  const commands = readCommands(section, fields);
  const notes = [
    ...unknown,
    ...opener.notes,
    ...gap.notes,
    ...commands.notes,
    ...flagNotes(fields),
    ...targetNotes(fields),
  ];
  const isRead =
    opener.value !== undefined &&
    gap.value !== undefined &&
    commands.opens.length + commands.closes.length > 0;
  const { opens, closes, windowSeconds } = commands;
  const { name, line } = section;
  return {
    acts: isRead
      ? { name, line, opener: opener.value, gapSeconds: gap.value, opens, closes, windowSeconds }
      : undefined,
    notes,
  };
}

interface Read<T> {
  readonly value: T | undefined;
  readonly notes: readonly Note[];
}

function readOpener(section: KnockdSection, fields: Fields): Read<WrittenKnocks | ImportedToken> {
  const oneTime = fields.get("oneTimeSequences");
  if (oneTime !== undefined) {
    return {
      value: { kind: "token", until: 0 },
      notes: [
        noteAt(
          oneTime.line,
          "names sequences that work once; their like here is a token, packets that open once each, and no sequence of that file is taken over",
          "make its secret with openssl rand -base64 32, and let its knocker use portknock knock --as",
        ),
      ],
    };
  }
  const sequence = fields.get("sequence");
  if (sequence === undefined) {
    return {
      value: undefined,
      notes: [noteAt(section.line, "is a section without a sequence", "give it one, or take it out")],
    };
  }
  const parsed = parseKnocks(sequence.value.replaceAll(/\s*:\s*/g, ":"), "take the section out");
  return parsed.kind === "refused"
    ? { value: undefined, notes: [noteAt(sequence.line, parsed.problem, parsed.remedy)] }
    : { value: { knocks: parsed.value, line: sequence.line }, notes: [] };
}

/** What knockd counts for the whole sequence is long enough for each gap: nobody who got in before is refused. */
function readGap(section: KnockdSection, fields: Fields): Read<number> {
  const written = fields.get("seqTimeout");
  const seconds = written === undefined ? DEFAULT_SEQ_TIMEOUT : toSeconds(written.value);
  const line = written?.line ?? section.line;
  if (fields.has("oneTimeSequences")) {
    return { value: DEFAULT_SEQ_TIMEOUT, notes: [] };
  }
  if (seconds < 1) {
    return {
      value: undefined,
      notes: [noteAt(line, "is a seq_timeout with which nobody gets in", "give it a second or more")],
    };
  }
  return {
    value: Math.min(seconds, LONGEST_GAP),
    notes: [
      seconds > LONGEST_GAP
        ? noteAt(
            line,
            "is a seq_timeout that is longer than any knockTimeout: the next knock has five minutes",
            "knock without longer pauses",
          )
        : noteAt(
            line,
            "seq_timeout is for the whole sequence, and knockTimeout for each gap: it is as long, so that whoever got in still does",
            "shorten knockTimeout, if your clients knock faster",
          ),
    ],
  };
}

/** As atoi(3) has it. */
function toSeconds(text: string): number {
  return Number(/^[+-]?\d{1,9}/.exec(text)?.[0] ?? 0);
}

interface Commands {
  readonly opens: readonly PortRange[];
  readonly closes: readonly PortRange[];
  readonly windowSeconds: number;
  readonly notes: readonly Note[];
}

function readCommands(section: KnockdSection, fields: Fields): Commands {
  const start = fields.get("start") ?? fields.get("start6");
  if (start === undefined || start.value === "") {
    const line = start?.line ?? section.line;
    const notes = [noteAt(line, "runs no command, and so opens nothing", "take the section out")];
    return { opens: [], closes: [], windowSeconds: 0, notes };
  }
  const effects = effectsOf(start.value);
  const opens = portsOf(effects, "opens");
  const closes = portsOf(effects, "closes");
  const window = opens.length === 0 ? { value: 0, notes: [] } : readWindow(start, effects, fields);
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

function readWindow(start: Written, effects: readonly Effect[], fields: Fields): Read<number> {
  const stop = fields.get("stop");
  const ends = effects.flatMap((effect) =>
    effect.kind === "opens" && effect.seconds !== undefined ? [effect.seconds] : [],
  );
  const waited = effects.reduce((sum, effect) => sum + (effect.kind === "waits" ? effect.seconds : 0), 0);
  const isClosed = effects.some(({ kind }) => kind === "closes");
  if (stop !== undefined && stop.value !== "") {
    const written = fields.get("cmdTimeout");
    const seconds = written === undefined ? DEFAULT_CMD_TIMEOUT : toSeconds(written.value);
    return { value: within(seconds), notes: stopNotes(stop, fields) };
  }
  if (isClosed || ends.length > 0) {
    return { value: within(isClosed ? waited : Math.min(...ends)), notes: [] };
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

function within(seconds: number): number {
  return Math.min(Math.max(seconds, 1), LONGEST_WINDOW);
}

function stopNotes(stop: Written, fields: Fields): readonly Note[] {
  const stop6 = fields.get("stop6");
  return [stop, ...(stop6 === undefined ? [] : [stop6])].flatMap(({ value, line }) =>
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
  if (start6 === undefined || start6 === start) {
    return [];
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

function printPorts(ports: readonly PortRange[]): string {
  return ports.map(printPortRange).join(",");
}

/** A knock is a plain SYN, and that is what knockd's own client sends. */
function flagNotes(fields: Fields): readonly Note[] {
  const written = fields.get("tcpFlags");
  const flags = written?.value.toUpperCase().split(",") ?? [];
  return written === undefined || flags.every((flag) => flag === "SYN" || /^!(?!SYN$)/.test(flag))
    ? []
    : [
        noteAt(
          written.line,
          "asks for packets that are no plain SYN, and a TCP knock is one here",
          "let clients connect to the ports, as knock of knockd and portknock knock do",
        ),
      ];
}

function targetNotes(fields: Fields): readonly Note[] {
  const written = fields.get("target");
  return written === undefined
    ? []
    : [
        noteAt(
          written.line,
          "counts knocks at one address, and here they count at every address of the host",
          "take the service out, if that address is another machine's",
        ),
      ];
}
