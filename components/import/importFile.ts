import { importFwknop } from "./fwknop";
import type { Imported, Note } from "./imported";
import { importIptables } from "./iptables";
import { importKnockd } from "./knockd";
import { type NumberedLine, numberedLines } from "./numberedLines";
import { type Translation, toPolicy } from "./toPolicy";

/** The programs whose files can be read. */
export type Format = "knockd" | "fwknop" | "iptables";

export const FORMATS: readonly Format[] = ["knockd", "fwknop", "iptables"];

const READERS: Readonly<Record<Format, (lines: readonly NumberedLine[]) => Imported>> = {
  knockd: importKnockd,
  fwknop: importFwknop,
  iptables: importIptables,
};

/** What became of a file. */
export type ImportResult =
  | ({ readonly kind: "translated" } & Translation)
  /** Nothing of it opens a port. */
  | { readonly kind: "nothing"; readonly notes: readonly Note[] }
  | { readonly kind: "otherFile" };

/**
 * @param format of which program the file is; where nobody says it, its shape does
 */
export function importFile(text: string, format: Format | undefined): ImportResult {
  const lines = numberedLines(text);
  const found = format ?? formatOf(lines);
  if (found === undefined) {
    return { kind: "otherFile" };
  }
  const imported = READERS[found](lines);
  return imported.openings.length === 0
    ? { kind: "nothing", notes: imported.notes }
    : { kind: "translated", ...toPolicy(imported) };
}

const SHAPES: Readonly<Record<Format, RegExp>> = {
  knockd: /^\[.+\]$/,
  fwknop: /^(SOURCE:?|%include(_folder)?)\s/,
  iptables: /^(\*[a-z]+|:\S+ (ACCEPT|DROP|-)( |$)|(\[\d+:\d+\] )?-A \S)/,
};

/** The first line that says something tells them apart. */
function formatOf([first]: readonly NumberedLine[]): Format | undefined {
  return FORMATS.find((format) => first !== undefined && SHAPES[format].test(first.text));
}
