import { groupBy } from "../policy/groupBy";
import { listSome, printNumber } from "../policy/printNumber";
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
    const lines = [...new Set(all.flatMap(({ line }) => (line === undefined ? [] : [printNumber(line)])))];
    const place = lines.length === 0 ? "" : ` ${lines.length === 1 ? "line" : "lines"} ${listSome(lines)}`;
    return `${source}${place}: ${words}`;
  });
}

function lineOf({ line }: Note): number {
  return line ?? Number.POSITIVE_INFINITY;
}
