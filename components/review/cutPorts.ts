import type { PortRange } from "../policy/policy";
import { comparePortRanges, overlaps, parsePortRange, printPortRange } from "../policy/portRange";
import type { FactIndex } from "./factIndex";

/** Every port or range that is named in one of the policies. */
export function namedPorts(...sides: readonly FactIndex[]): readonly PortRange[] {
  return sides.flatMap((facts) =>
    facts.paths
      .filter((path) => /^(openPorts|baseline\.(traps|openPortsFrom)|services\.[^.]+\.ports)$/.test(path))
      // An entry of openPortsFrom stands once for each of its sources.
      .flatMap((path) => parseRanges([...new Set(facts.all(path).map(withoutSources))])),
  );
}

/** `5432/tcp from 10.0.0.0/8` without its source. */
export function withoutSources(ports: string): string {
  return ports.split(" from ")[0] ?? "";
}

/** Ports cut into pieces so that all of a piece lies in a range of `others`, or none of it. */
export function cutPorts(texts: readonly string[], others: readonly PortRange[]): readonly string[] {
  const pieces = parseRanges(texts).flatMap((range) => {
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
  return [...new Set(pieces.toSorted(comparePortRanges).map(printPortRange))];
}

/** Whether a piece lies in one of the ranges. */
export function liesIn(piece: string, ranges: readonly string[]): boolean {
  const [cut] = parseRanges([piece]);
  return cut !== undefined && parseRanges(ranges).some((range) => overlaps(range, cut));
}

function parseRanges(texts: readonly string[]): readonly PortRange[] {
  return texts.flatMap((text) => {
    const parsed = parsePortRange(text);
    return parsed.kind === "value" ? [parsed.value] : [];
  });
}
