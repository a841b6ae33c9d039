import { groupBy } from "../policy/groupBy";
import { printNumber } from "../policy/printNumber";
import type { Note } from "./imported";

/**
 * Notes as a person reads them, `knockd.conf line 12: what is so; what to do`, in the order of the file. What holds for several lines is
 * said once.
 */
export function printNotes(source: string, notes: readonly Note[]): readonly string[] {
  const same = groupBy(
    notes.toSorted((a, b) => lineOf(a) - lineOf(b)),
    ({ problem, remedy }) => `${problem}; ${remedy}`,
  );
  return [...same].map(([words, all]) => {
    const place = printLines([...new Set(all.flatMap(({ line }) => line ?? []))]);
    return `${source}${place}: ${words}`;
  });
}

/** ` line 12`, ` lines 3, 5 to 9`; nothing for the whole file. */
function printLines(lines: readonly number[]): string {
  const runs: { from: number; to: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last?.to === line - 1) {
      last.to = line;
    } else {
      runs.push({ from: line, to: line });
    }
  }
  const printed = runs.map(({ from, to }) =>
    from === to ? printNumber(from) : `${printNumber(from)} to ${printNumber(to)}`,
  );
  return lines.length === 0 ? "" : ` ${lines.length === 1 ? "line" : "lines"} ${printed.join(", ")}`;
}

function lineOf({ line }: Note): number {
  return line ?? Number.POSITIVE_INFINITY;
}
