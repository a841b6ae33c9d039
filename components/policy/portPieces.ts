import type { PortRange } from "./policy";
import { comparePortRanges, overlaps, printPortRange } from "./portRange";

/** Ports cut into pieces, sorted, so that all of a piece lies in a range of `others`, or none of it. */
export function cutPorts(ranges: readonly PortRange[], others: readonly PortRange[]): readonly PortRange[] {
  const pieces = ranges.flatMap((range) => {
    const bounds = others
      .filter((other) => overlaps(other, range))
      .flatMap(({ from, to }) => [from, to + 1])
      .filter((bound) => bound > range.from && bound <= range.to);
    const starts = [...new Set([range.from, ...bounds])].toSorted((a, b) => a - b);
    return starts.map((from, index) => ({
      protocol: range.protocol,
      from,
      to: (starts[index + 1] ?? range.to + 1) - 1,
    }));
  });
  const distinct = new Map(pieces.map((piece) => [printPortRange(piece), piece]));
  return [...distinct.values()].toSorted(comparePortRanges);
}

/** Whether a piece lies in one of the ranges. */
export function liesIn(piece: PortRange, ranges: readonly PortRange[]): boolean {
  return ranges.some((range) => overlaps(range, piece));
}
