import { type Parsed, refused, value } from "./parsed";
import type { PortRange, Protocol } from "./policy";

/** A JSON Schema takes the text of it, and no flag that ignores case. */
export const PORT_RANGE: RegExp = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/([tT][cC][pP]|[uU][dD][pP]))?$/;

const REMEDY = 'write "22", "22/tcp" or "500-600/udp", with ports from 1 to 65,535';

/** Parses `22`, `22/tcp`, `53/UDP` or `60000-61000/udp`; without a protocol it is TCP. */
export function parsePortRange(text: string): Parsed<PortRange> {
  const match = PORT_RANGE.exec(text);
  if (match === null) {
    return refused("is not a port or a range of ports", REMEDY);
  }
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  if (!isPort(from) || !isPort(to)) {
    return refused("names a port that does not exist", REMEDY);
  }
  if (from > to) {
    return refused("is a range that ends before it begins", "write the smaller port first");
  }
  return value({ protocol: toProtocol(match[3]), from, to });
}

/** A port range as it is written in a policy: `22/tcp`, `60000-61000/udp`. */
export function printPortRange(range: PortRange): string {
  const ports = range.from === range.to ? `${range.from}` : `${range.from}-${range.to}`;
  return `${ports}/${range.protocol}`;
}

/** The same ports in the fewest ranges, sorted: ranges that overlap or touch become one. */
export function mergePortRanges(ranges: readonly PortRange[]): readonly PortRange[] {
  const merged: PortRange[] = [];
  for (const range of ranges.toSorted(comparePortRanges)) {
    const last = merged.at(-1);
    if (last !== undefined && last.protocol === range.protocol && range.from <= last.to + 1) {
      merged[merged.length - 1] = { ...last, to: Math.max(last.to, range.to) };
    } else {
      merged.push(range);
    }
  }
  return merged;
}

/** Whether two ranges have a port in common. */
export function overlaps(a: PortRange, b: PortRange): boolean {
  return a.protocol === b.protocol && a.from <= b.to && b.from <= a.to;
}

export function isPort(port: number): boolean {
  return port >= 1 && port <= 65535;
}

export function toProtocol(text: string | undefined): Protocol {
  return text?.toLowerCase() === "udp" ? "udp" : "tcp";
}

export function comparePortRanges(a: PortRange, b: PortRange): number {
  if (a.protocol !== b.protocol) {
    return a.protocol < b.protocol ? -1 : 1;
  }
  return a.from - b.from || a.to - b.to;
}
