import type { Imported, Note } from "./imported";
import { type KnockdDirective, type KnockdSection, parseKnockdFile } from "./knockdFile";
import { noteAt } from "./noteAt";
import type { NumberedLine } from "./numberedLines";
import { pairSections } from "./pairSections";
import { portsInText } from "./portsInText";
import { readSection } from "./readSection";

const LOGGING: ReadonlySet<string> = new Set(["USESYSLOG", "LOGFILE"]);

/** What a knockd.conf lets people open, by the options of knockd 0.8. */
export function importKnockd(lines: readonly NumberedLine[]): Imported {
  const sections = parseKnockdFile(lines);
  const options = sections.filter(isOptions).flatMap(({ directives }) => directives);
  const read = sections.filter((section) => !isOptions(section)).map(readSection);
  const { openings, notes } = pairSections(read.flatMap(({ acts }) => acts ?? []));
  return {
    openings,
    notes: [...options.map(optionNote), ...read.flatMap((each) => each.notes), ...notes],
    isLogged: options.some(({ key }) => LOGGING.has(key)),
    knockPorts: new Set(sections.flatMap(sequencePorts)),
  };
}

/** knockd compares it letter by letter. */
function isOptions({ name }: KnockdSection): boolean {
  return name === "options";
}

function optionNote({ key, line }: KnockdDirective): Note {
  switch (key) {
    case "USESYSLOG":
    case "LOGFILE":
      return noteAt(
        line,
        "is the daemon's log; the kernel's log of the host has who came in, as log.admissions says",
        "read it with journalctl -k, or take log out",
      );
    case "PIDFILE":
      return noteAt(line, "belongs to a daemon, and none runs here", "forget it");
    case "INTERFACE":
      return noteAt(
        line,
        "names an interface, and knocks count on all of them here",
        "close the ports on the others in the host's own firewall, where that matters",
      );
    default:
      return noteAt(line, "is no option of knockd 0.8", "write by hand what it should do");
  }
}

/** Also those of a sequence that nobody can knock. */
function sequencePorts({ directives }: KnockdSection): readonly number[] {
  return directives.filter(({ key }) => key === "SEQUENCE").flatMap(({ value = "" }) => portsInText(value));
}
