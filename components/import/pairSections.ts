import type { ImportedOpening, ImportedToken, Note, WrittenKnocks } from "./imported";
import { noteAt } from "./noteAt";
import { printPorts } from "./portWords";
import type { SectionActs } from "./readSection";

export interface Paired {
  readonly openings: readonly ImportedOpening[];
  readonly notes: readonly Note[];
}

/** Makes one of a section that opens ports and of the one that closes them again. */
export function pairSections(sections: readonly SectionActs[]): Paired {
  const opening = sections.filter(({ opens }) => opens.length > 0);
  const closes: Map<SectionActs, WrittenKnocks> = new Map();
  const notes: Note[] = [];
  for (const closer of sections.filter(({ opens }) => opens.length === 0)) {
    const note = closeWith(closer, opening, closes);
    if (note !== undefined) {
      notes.push(note);
    }
  }
  return { openings: opening.map((section) => toOpening(section, closes.get(section))), notes };
}

function closeWith(
  { opener, ...closer }: SectionActs,
  opening: readonly SectionActs[],
  closes: Map<SectionActs, WrittenKnocks>,
): Note | undefined {
  if (isToken(opener)) {
    return noteAt(
      closer.line,
      "closes by sequences that work once, and a closeSequence is always the same",
      "leave it out: a window ends by itself",
    );
  }
  const same = opening.filter(({ opens }) => printPorts(opens) === printPorts(closer.closes));
  const named = same.filter(({ name }) => stemOf(name) === stemOf(closer.name));
  const [target, second] = named.length > 0 ? named : same;
  if (target === undefined) {
    return noteAt(
      closer.line,
      "closes ports that no section opens alone",
      "write its sequence as closeSequence of a service by hand, if there is one",
    );
  }
  if (second !== undefined) {
    return noteAt(
      closer.line,
      "closes ports that several sections open, and it cannot be read whose they are",
      "write its sequence as closeSequence of one of them by hand",
    );
  }
  if (closes.has(target)) {
    return noteAt(
      closer.line,
      "closes what another section closes already, and there is one closeSequence",
      "choose one of the two",
    );
  }
  closes.set(target, opener);
  return undefined;
}

/** `ssh` of `openSSH` and of `closeSSH`. */
function stemOf(name: string): string {
  return name.toLowerCase().replace(/^(open|close|shut|start|stop)[-_ ]?/, "");
}

function isToken(opener: WrittenKnocks | ImportedToken): opener is ImportedToken {
  return "kind" in opener;
}

function toOpening(section: SectionActs, close: WrittenKnocks | undefined): ImportedOpening {
  const { name, line, opens, opener, gapSeconds, windowSeconds } = section;
  return {
    name,
    line,
    ports: opens,
    opener: isToken(opener) ? opener : { kind: "sequence", knocks: opener, gapSeconds, close },
    windowSeconds,
    access: "window",
  };
}
