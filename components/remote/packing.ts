import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, gzipSync } from "fflate";

/** The lines that most rules have, as the host script has them too. */
const DICTIONARY = Buffer.from(dictionaryIn(readFileSync(join(__dirname, "host/dictionary.sh"), "utf8")));

/**
 * A line that `base64 -d | gzip -d` makes this text of again: the same for the same text, on every machine and version of Node.
 */
export function pack(text: string): string {
  return lineOf(gzipSync(Buffer.from(text), { level: 9, mtime: 0 }));
}

/**
 * A line that the host script makes this ruleset of again: the rest of a gzip file which began with the dictionary, unpacked,
 * so that what stands there is referred to and not sent. As `pack`, the same everywhere, and half as long where a policy is small.
 */
export function packRuleset(ruleset: string): string {
  const text = Buffer.from(ruleset);
  // Checksum and length of all that is unpacked, as gzip ends with them.
  const end = gzipSync(Buffer.concat([DICTIONARY, text]), { level: 0 }).subarray(-8);
  return lineOf(Buffer.concat([deflateSync(text, { level: 9, dictionary: DICTIONARY }), end]));
}

function lineOf(bytes: Uint8Array): string {
  return `${Buffer.from(bytes).toString("base64")}\n`;
}

function dictionaryIn(part: string): string {
  const [, text] = /<<'DICTIONARY'\n([\s\S]*)^DICTIONARY$/m.exec(part) ?? [];
  if (text === undefined) {
    throw new Error("bug: the host script has no dictionary");
  }
  return text;
}
