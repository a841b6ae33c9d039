/** A line that says something, without the spaces around it. */
export interface NumberedLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/** All lines but the empty ones and those that begin with `#`. */
export function numberedLines(text: string): readonly NumberedLine[] {
  return text
    .split("\n")
    .map((line, index) => ({ number: index + 1, text: line.trim() }))
    .filter((line) => line.text !== "" && !line.text.startsWith("#"));
}
