import type { PortRange } from "../policy/policy";
import { mergePortRanges, printPortRange } from "../policy/portRange";
import { windowWithin } from "./bounds";
import type { Imported, ImportedOpening, Note } from "./imported";
import { noteAt } from "./noteAt";
import type { NumberedLine } from "./numberedLines";
import { parsePortWords, parseProtocol } from "./portWords";

interface Directive {
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

/** What follows a SOURCE. */
type Stanza = readonly Directive[];

/** fwknopd's own. */
const DEFAULT_TIMEOUT = 30;
/** The day has begun somewhere that long before it begins in UTC. */
const FIRST_MIDNIGHT = 14 * 3600;

/** What a fwknop access.conf lets people open, by the variables of fwknopd 2.6. */
export function importFwknop(lines: readonly NumberedLine[]): Imported {
  const stanzas: Directive[][] = [];
  const notes: Note[] = [];
  for (const directive of lines.filter(({ text }) => !text.startsWith(";")).map(parseLine)) {
    if (directive.key === "SOURCE") {
      stanzas.push([directive]);
    } else if (directive.key.startsWith("%") || stanzas.length === 0) {
      notes.push(stanzaNote(directive) ?? unknownNote(directive.line));
    } else {
      stanzas.at(-1)?.push(directive);
    }
  }
  const read = stanzas.map(readStanza);
  return {
    openings: read.flatMap(({ opening }) => opening ?? []),
    notes: [...notes, ...read.flatMap((each) => each.notes)],
    isLogged: false,
    knockPorts: new Set(),
  };
}

/** A name, with or without a colon, and all up to a semicolon. */
function parseLine({ text, number }: NumberedLine): Directive {
  const [, key = "", value = ""] = /^(\S+?):?(?:\s+([^;]*).*)?$/.exec(text) ?? [];
  return { key, value: value.trim(), line: number };
}

interface StanzaRead {
  /** Nothing where the stanza cannot be taken over; a note says why. */
  readonly opening: ImportedOpening | undefined;
  readonly notes: readonly Note[];
}

function readStanza(stanza: Stanza, index: number): StanzaRead {
  const line = stanza[0]?.line ?? 0;
  const find = (key: string): Directive | undefined => stanza.findLast((each) => each.key === key);
  const ports = openPorts(find("OPEN_PORTS"), find("RESTRICT_PORTS"));
  const until = endOf(find("ACCESS_EXPIRE"), find("ACCESS_EXPIRE_EPOCH"));
  const elsewhere = stanza.find(({ key }) => ELSEWHERE.has(key));
  const obstacles = [
    ports === undefined &&
      noteAt(
        find("OPEN_PORTS")?.line ?? line,
        "leaves it to the packet which ports to open, or names none that can be read, and here the policy names them",
        "write OPEN_PORTS in the stanza, like tcp/22, and import again",
      ),
    until === undefined &&
      noteAt(
        find("ACCESS_EXPIRE")?.line ?? find("ACCESS_EXPIRE_EPOCH")?.line ?? line,
        "is an end that cannot be read",
        "write it as fwknop's manual says, and import again",
      ),
    elsewhere !== undefined &&
      noteAt(
        elsewhere.line,
        "leads to another machine, and a sequence or token opens ports of the host itself",
        "guard the service on that machine",
      ),
  ].filter((note) => note !== false);
  const notes = [...stanza.flatMap((each) => stanzaNote(each) ?? []), ...obstacles];
  if (ports === undefined || until === undefined || obstacles.length > 0) {
    return { opening: undefined, notes };
  }
  const seconds = Number(/^\d{1,9}/.exec(find("FW_ACCESS_TIMEOUT")?.value ?? "")?.[0] ?? 0);
  return {
    opening: {
      name: find("REQUIRE_USERNAME")?.value ?? `knocker-${index + 1}`,
      line,
      ports,
      opener: { kind: "token", until },
      windowSeconds: windowWithin(seconds < 1 ? DEFAULT_TIMEOUT : seconds),
      access: "window",
    },
    notes: [
      ...notes,
      noteAt(
        line,
        "becomes a knocker with a token, and its keys are not taken over",
        "make a secret for each knocker with openssl rand -base64 32, write it in the place of the words in token, and give it to him",
      ),
    ],
  };
}

function openPorts(
  open: Directive | undefined,
  restricted: Directive | undefined,
): readonly PortRange[] | undefined {
  const ports = open && parsePorts(open.value);
  const without = restricted === undefined ? [] : parsePorts(restricted.value);
  if (ports === undefined || without === undefined) {
    return undefined;
  }
  const names = new Set(without.map(printPortRange));
  const left = mergePortRanges(ports.filter((port) => !names.has(printPortRange(port))));
  return left.length === 0 ? undefined : left;
}

/** `tcp/22,udp/53` */
function parsePorts(text: string): readonly PortRange[] | undefined {
  const ports = text.split(",").map((word) => {
    const [protocol = "", port = ""] = word.trim().split("/");
    const known = parseProtocol(protocol);
    return known && parsePortWords(port, known);
  });
  const known = ports.flatMap((range) => range ?? []);
  return known.length === ports.length ? known : undefined;
}

/** @returns seconds since 1970, 0 for never; nothing where it cannot be read */
function endOf(day: Directive | undefined, epoch: Directive | undefined): number | undefined {
  if (epoch !== undefined) {
    return /^\d{1,11}$/.test(epoch.value) ? Number(epoch.value) : undefined;
  }
  if (day === undefined) {
    return 0;
  }
  const [, month, date, year] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(day.value) ?? [];
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(date)) / 1000;
  return Number.isNaN(midnight) ? undefined : midnight - FIRST_MIDNIGHT;
}

/** What a token takes the place of. The stanza's own note says so. */
const KEYS = /^((HMAC_)?KEY(_BASE64)?|HMAC_DIGEST_TYPE|ENCRYPTION_MODE|GPG_\w+)$/;
const READ: ReadonlySet<string> = new Set([
  "OPEN_PORTS",
  "RESTRICT_PORTS",
  "FW_ACCESS_TIMEOUT",
  "ACCESS_EXPIRE_EPOCH",
  "REQUIRE_USERNAME",
]);
const ELSEWHERE: ReadonlySet<string> = new Set([
  "FORCE_NAT",
  "FORCE_SNAT",
  "FORCE_MASQUERADE",
  "FORWARD_ALL",
  "DISABLE_DNAT",
]);

function stanzaNote({ key, value, line }: Directive): Note | undefined {
  if (KEYS.test(key) || READ.has(key) || ELSEWHERE.has(key)) {
    return undefined;
  }
  if (/^(ENABLE_)?CMD_|^SUDO_EXE$/.test(key)) {
    return /^n/i.test(value)
      ? undefined
      : noteAt(
          line,
          "is about commands that a packet runs, and here a packet opens ports and does nothing else",
          "run them over ssh, once it is open",
        );
  }
  switch (key) {
    case "SOURCE":
      return value.toUpperCase() === "ANY"
        ? undefined
        : noteAt(
            line,
            "takes packets of some addresses alone, and a token counts from every address",
            "give it to nobody else, and put addresses that need no knock into allow",
          );
    case "DESTINATION":
      return noteAt(
        line,
        "takes packets to some addresses alone, and a token counts at every address of the host",
        "forget it, unless one of them is another machine's",
      );
    case "REQUIRE_SOURCE_ADDRESS":
      return noteAt(
        line,
        "is about an address in the packet; here the address counts from which the packet comes, and there is no other",
        "knock from where the connection will come from",
      );
    case "ACCESS_EXPIRE":
      return noteAt(
        line,
        "is a day in the host's time zone, which the file does not say: until is when that day begins anywhere on earth",
        "write the moment that you mean in until",
      );
    case "MAX_FW_TIMEOUT":
      return noteAt(
        line,
        "bounds what a client may ask for, and here it asks for nothing",
        "give the service the accessWindow that all are to have",
      );
    case "%include":
    case "%include_folder":
    case "%include_keys":
      return noteAt(
        line,
        "includes what stands in other files",
        "import files with further stanzas one by one; keys are not taken over",
      );
    default:
      return unknownNote(line);
  }
}

function unknownNote(line: number): Note {
  return noteAt(line, "is no variable of a stanza of fwknop 2.6", "write by hand what it should do");
}
