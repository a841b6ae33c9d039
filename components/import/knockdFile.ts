import type { NumberedLine } from "./numberedLines";

/** What stands in a line of a section, `key = value`. */
export interface KnockdDirective {
  /** In capitals, as knockd compares it. */
  readonly key: string;
  /** Nothing where there is no `=`. */
  readonly value: string | undefined;
  readonly line: number;
}

export interface KnockdSection {
  readonly name: string;
  readonly line: number;
  readonly directives: readonly KnockdDirective[];
}

/**
 * Reads knockd's dialect as `parseconfig` of its source does: no quotes, no comment behind a value, and the same section may
 * come twice. A line outside of every section belongs to one without a name.
 */
export function parseKnockdFile(lines: readonly NumberedLine[]): readonly KnockdSection[] {
  const sections: { name: string; line: number; directives: KnockdDirective[] }[] = [];
  for (const line of lines) {
    const [, name] = /^\[(.*)\]$/.exec(line.text) ?? [];
    if (name !== undefined || sections.length === 0) {
      sections.push({ name: name ?? "", line: line.number, directives: [] });
    }
    if (name === undefined) {
      sections.at(-1)?.directives.push(parseDirective(line));
    }
  }
  return sections;
}

function parseDirective({ text, number }: NumberedLine): KnockdDirective {
  const equals = text.indexOf("=");
  const [key, value] =
    equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1).trim()];
  return { key: key.trim().toUpperCase(), value, line: number };
}
