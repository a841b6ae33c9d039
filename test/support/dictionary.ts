import { goldenNames, goldenRuleset } from "./goldens";

/** In so many golden rulesets a line stands that the dictionary has. */
const AT_LEAST = 4;

/** What is hardly longer than what refers to it; and what is of one policy alone: ports and networks. */
const OF_NO_USE = /^.{0,8}$|\b(?:tcp|udp) \. \d|^[\da-f.:]+\/\d/;

/** The dictionary as a part of the host script: the lines that golden rulesets share, the commonest last, for what is near costs least. */
export function dictionaryPart(): string {
  const text = sharedLines()
    .map((line) => `${line}\n`)
    .join("");
  const length = Buffer.byteLength(text);
  return `# shellcheck shell=dash
# Written by \`npx vitest run --project pure --update=all test/remote/packing.test.ts\`; do not edit.

# What stands in front of every ruleset that is unpacked, so that what is common need not travel (packing.ts).
dictionary_bytes=${length}
# As what is not packed begins in a gzip file.
dictionary() {
	printf '${octal(headOf(length))}'
	cat <<'DICTIONARY'
${text}DICTIONARY
}
`;
}

function sharedLines(): readonly string[] {
  const counts = new Map<string, number>();
  for (const name of goldenNames) {
    for (const line of new Set(
      goldenRuleset(name)
        .split("\n")
        .map((each) => each.trim()),
    )) {
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([line, count]) => !OF_NO_USE.test(line) && count >= AT_LEAST)
    .sort(([a, before], [b, after]) => before - after || (a < b ? -1 : 1))
    .map(([line]) => line);
}

/** The head of a gzip file (RFC 1952), and of a block that is not compressed (RFC 1951, 3.2.4) and not the last. */
function headOf(length: number): Buffer {
  const head = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0]);
  head.writeUInt16LE(length, 11);
  head.writeUInt16LE(0xffff - length, 13);
  return head;
}

function octal(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
