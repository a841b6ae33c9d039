/**
 * What a host said, before anybody reads it: what a terminal would obey, or show in another order, is spelled out.
 * Line breaks and tabs stay.
 */
export function hostText(said: string): string {
  return said.replaceAll(
    /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
  );
}

/** The first line that says anything, short enough to be quoted; empty where there is none. */
export function firstLine(text: string): string {
  const line = text.split("\n").find((each) => each.trim() !== "") ?? "";
  return shortened(line.trim());
}

export function shortened(line: string): string {
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

const LONGEST = 300;
