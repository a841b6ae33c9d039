import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tryParsePolicy } from "../../components/policy/parsePolicy";
import type { Policy } from "../../components/policy/policy";
import { explainPacket } from "../../components/review/explainPacket";
import { type Review, reviewPolicies } from "../../components/review/reviewPolicies";
import { sideOfPolicy } from "../../components/review/reviewSide";
import { rotatedSequences } from "../../components/review/rotatedSequences";
import { DOORS, POLICY_PAIRS, SOURCES } from "../support/policyPairs";

type Door = (typeof DOORS)[number];

const isThrough = (policy: Policy, address: string, door: Door): boolean =>
  ["accepted", "left alone"].includes(explainPacket(policy, { address, ...door }).fate);

/** From where a packet comes through now and did not, or the other way round: `8.8.8.8 to 22`. */
function crossings(from: Policy, to: Policy, doors: readonly Door[]): readonly string[] {
  return doors.flatMap((door) =>
    SOURCES.filter((address) => !isThrough(from, address, door) && isThrough(to, address, door)).map(
      (address) => `${address} to ${door.port}/${door.protocol}`,
    ),
  );
}

function everyReview(claim: (review: Review, before: Policy, after: Policy) => void): void {
  fc.assert(
    fc.property(POLICY_PAIRS, (pair) => {
      const [before, after] = [tryParsePolicy(pair.before), tryParsePolicy(pair.after)];
      fc.pre(before.kind === "value" && after.kind === "value");
      if (before.kind !== "value" || after.kind !== "value") return;
      const [old, now] = [before.policy, after.policy];
      const rotated = rotatedSequences(old, now);
      claim(reviewPolicies(sideOfPolicy(old), sideOfPolicy(now), { rotated }), old, now);
    }),
    { numRuns: 500 },
  );
}

describe("a review", () => {
  it("marks that something opens up wherever a packet comes through that did not", () => {
    everyReview(({ changes }, before, after) => {
      const opened = crossings(before, after, DOORS);
      const isMarked = changes.some(({ direction }) => direction === "opens up");
      expect(isMarked ? [] : opened).toEqual([]);
    });
  });

  it("marks that something closes down or opens up wherever a packet does not come through that did", () => {
    everyReview(({ changes }, before, after) => {
      const closed = crossings(after, before, DOORS);
      expect(changes.some(({ direction }) => direction !== "changes") ? [] : closed).toEqual([]);
    });
  });

  it("names a risk wherever somebody does not come to SSH any more who did without knocking", () => {
    everyReview(({ lockOutRisks }, before, after) => {
      const shutOut = crossings(after, before, DOORS.slice(0, 1));
      expect(lockOutRisks.length > 0 ? [] : shutOut).toEqual([]);
    });
  });
});
