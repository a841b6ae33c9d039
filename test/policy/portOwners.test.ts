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

  it("are told of every two claims that overlap", () => {
    fc.assert(
      fc.property(CLAIMS, (claims) => {
        const sorted = claims.toSorted((a, b) => comparePortRanges(a.range, b.range));
        const pairs = sorted.flatMap((claim, index) =>
          sorted
            .slice(0, index)
            .filter((earlier) => overlaps(earlier.range, claim.range))
            .map((earlier) => `${earlier.owner} ${claim.owner}`),
        );
        const told = overlappingClaims(claims).map(([first, second]) => `${first} ${second}`);
        expect(told.toSorted()).toEqual(pairs.toSorted());
      }),
    );
  });

  it("are told of each claim once where ten thousand are the same", () => {
    const claims = Array.from({ length: 10_000 }, (_, owner) => ({
      range: { protocol: "tcp" as const, from: 22, to: 22 },
      owner,
    }));
    const told = overlappingClaims(claims);
    expect(new Set(told.map(([, second]) => second)).size).toBe(9_999);
    expect(told.length).toBeLessThan(12_000);
  });
});
