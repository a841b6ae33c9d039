import type { PortRange } from "../policy/policy";
import { parseKnocks } from "../policy/sequence";
import { LONGEST_GAP } from "./bounds";
import type { ImportedToken, Note, WrittenKnocks } from "./imported";
import type { KnockdSection } from "./knockdFile";
import { noteAt } from "./noteAt";
import { readCommands } from "./sectionCommands";
import { FIELDS, type Field, type Fields, type Read, toSeconds, type Written } from "./sectionFields";

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

/** knockd's own, of its source. */
const DEFAULT_SEQ_TIMEOUT = 25;

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
