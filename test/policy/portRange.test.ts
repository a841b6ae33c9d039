import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PortRange } from "../../components/policy/policy";
import { mergePortRanges, overlaps, parsePortRange, printPortRange } from "../../components/policy/portRange";

const FORMAT = 'write "22", "22/tcp" or "500-600/udp", with ports from 1 to 65,535';

const tcp = (from: number, to = from): PortRange => ({ protocol: "tcp", from, to });
const udp = (from: number, to = from): PortRange => ({ protocol: "udp", from, to });

describe("parsePortRange", () => {
  it.each([
    ["1", tcp(1)],
    ["65535/tcp", tcp(65535)],
    ["53/udp", udp(53)],
    ["22/TCP", tcp(22)],
    ["500-600/Udp", udp(500, 600)],
    ["60000-61000/udp", udp(60000, 61000)],
    ["1-65535", tcp(1, 65535)],
    ["22-22", tcp(22)],
  ])("takes %s", (text, range) => {
    expect(parsePortRange(text)).toEqual({ kind: "value", value: range });
    expect(parsePortRange(printPortRange(range))).toEqual({ kind: "value", value: range });
  });

  it.each([
    ["", "is not a port or a range of ports", FORMAT],
    ["ssh", "is not a port or a range of ports", FORMAT],
    [" 22", "is not a port or a range of ports", FORMAT],
    ["22\n", "is not a port or a range of ports", FORMAT],
    ["22-", "is not a port or a range of ports", FORMAT],
    ["-22", "is not a port or a range of ports", FORMAT],
    ["22,80", "is not a port or a range of ports", FORMAT],
    ["22:tcp", "is not a port or a range of ports", FORMAT],
    ["22/icmp", "is not a port or a range of ports", FORMAT],
    ["100000", "is not a port or a range of ports", FORMAT],
    ["٢٢", "is not a port or a range of ports", FORMAT],
    ["0", "names a port that does not exist", FORMAT],
    ["0-22", "names a port that does not exist", FORMAT],
    ["65536", "names a port that does not exist", FORMAT],
    ["65535-65536/udp", "names a port that does not exist", FORMAT],
    ["22-21", "is a range that ends before it begins", "write the smaller port first"],
  ])("rejects %j", (text, problem, remedy) => {
    expect(parsePortRange(text)).toEqual({ kind: "refused", problem, remedy });
  });
});

describe("printPortRange", () => {
  it("names the protocol always and the last port only of a range", () => {
    expect([tcp(22), udp(60000, 61000)].map(printPortRange)).toEqual(["22/tcp", "60000-61000/udp"]);
  });
});

describe("mergePortRanges", () => {
  it.each([
    ["overlap", [tcp(10, 20), tcp(15, 30)], [tcp(10, 30)]],
    ["touch", [tcp(10, 20), tcp(21, 30)], [tcp(10, 30)]],
    ["are neighbours", [tcp(11), tcp(10)], [tcp(10, 11)]],
    ["lie inside another one", [tcp(10, 30), tcp(15, 20), tcp(30)], [tcp(10, 30)]],
    ["are equal", [udp(53), udp(53)], [udp(53)]],
  ])("makes one of ranges that %s", (_, ranges, merged) => {
    expect(mergePortRanges(ranges)).toEqual(merged);
  });

  it("keeps ranges with a port between them, and protocols, apart", () => {
    expect(mergePortRanges([udp(11, 20), tcp(12, 20), tcp(9, 10)])).toEqual([
      tcp(9, 10),
      tcp(12, 20),
      udp(11, 20),
    ]);
  });

  it("holds the same ports in ranges that are sorted and do not touch", () => {
    const range = fc
      .tuple(fc.constantFrom("tcp" as const, "udp" as const), fc.integer({ min: 1, max: 60 }), fc.nat(10))
      .map(([protocol, from, more]): PortRange => ({ protocol, from, to: from + more }));
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const merged = mergePortRanges(ranges);
        expect(portsOf(merged)).toEqual([...new Set(portsOf(ranges))].toSorted());
        for (const [index, { protocol, from }] of merged.entries()) {
          const before = merged[index - 1];
          expect(before === undefined || before.protocol < protocol || before.to + 1 < from).toBe(true);
        }
      }),
    );
  });
});

describe("overlaps", () => {
  it.each([
    [tcp(10, 20), tcp(20, 30), true],
    [tcp(10, 20), tcp(21, 30), false],
    [tcp(10, 30), tcp(15, 20), true],
    [tcp(10, 20), udp(10, 20), false],
  ])("of %j and %j is %s, either way round", (a, b, expected) => {
    expect([overlaps(a, b), overlaps(b, a)]).toEqual([expected, expected]);
  });
});

function portsOf(ranges: readonly PortRange[]): readonly string[] {
  return ranges
    .flatMap(({ protocol, from, to }) =>
      Array.from({ length: to - from + 1 }, (_, index) => `${protocol} ${from + index}`),
    )
    .toSorted();
}
