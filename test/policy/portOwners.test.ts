import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PortRange } from "../../components/policy/policy";
import { overlappingClaims, portOwners } from "../../components/policy/portOwners";
import { comparePortRanges, overlaps } from "../../components/policy/portRange";

const RANGE = fc
  .tuple(fc.constantFrom("tcp" as const, "udp" as const), fc.integer({ min: 1, max: 60 }), fc.nat(10))
  .map(([protocol, from, more]): PortRange => ({ protocol, from, to: from + more }));
const CLAIMS = fc
  .array(RANGE, { maxLength: 12 })
  .map((ranges) => ranges.map((range, owner) => ({ range, owner })));

describe("the owners of ports", () => {
  it("are found for a range exactly if one of them has a port of it", () => {
    fc.assert(
      fc.property(CLAIMS, RANGE, (claims, range) => {
        const owner = portOwners(claims)(range);
        const owners = claims.filter((claim) => overlaps(claim.range, range)).map((claim) => claim.owner);
        expect(owner === undefined ? owners : [owner]).toEqual(owners.filter((each) => each === owner));
      }),
    );
  });

  it("are told of each claim that overlaps one before it, with such a one", () => {
    fc.assert(
      fc.property(CLAIMS, (claims) => {
        const sorted = claims.toSorted((a, b) => comparePortRanges(a.range, b.range));
        const before = sorted.map(({ range }, index) =>
          sorted
            .slice(0, index)
            .filter((other) => overlaps(other.range, range))
            .map(({ owner }) => owner),
        );
        const found = new Map(overlappingClaims(claims).map(([first, second]) => [second, first]));
        expect([...found.keys()]).toEqual(
          sorted.filter((_, index) => before[index]?.length !== 0).map(({ owner }) => owner),
        );
        for (const [index, { owner }] of sorted.entries()) {
          const first = found.get(owner);
          expect(first === undefined || before[index]?.includes(first)).toBe(true);
        }
      }),
    );
  });
});
