import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { outlineOf } from "../../components/outline/outline";
import { printOutline } from "../../components/outline/printOutline";
import { readOutline } from "../../components/outline/readOutline";
import { tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { reviewPolicies } from "../../components/review/reviewPolicies";
import { sideOfPolicy, sideOfText } from "../../components/review/reviewSide";
import { rotatedSequences } from "../../components/review/rotatedSequences";
import { POLICIES } from "../support/policies";

const VALID = POLICIES.map((input) => tryParsePolicy(input)).filter((result) => result.kind === "value");

describe("every policy that can be written", () => {
  it("is read back from its outline, as far as that shows it", () => {
    fc.assert(
      fc.property(VALID, (result) => {
        if (result.kind !== "value") return;
        const outline = outlineOf(result.policy);
        expect(readOutline(printOutline(outline))).toEqual(outline);
      }),
      { numRuns: 200 },
    );
  });

  it("has a review against every other in which each line says something", () => {
    fc.assert(
      fc.property(VALID, VALID, (before, after) => {
        if (before.kind !== "value" || after.kind !== "value") return;
        const [old, now] = [before.policy, after.policy];
        const [textBefore, textAfter] = [old, now].map((policy) => printOutline(outlineOf(policy)));
        const rotated = rotatedSequences(old, now);
        for (const review of [
          reviewPolicies(sideOfPolicy(before), sideOfPolicy(after), { rotated }),
          reviewPolicies(sideOfText(textBefore ?? ""), sideOfText(textAfter ?? ""), { rotated }),
        ]) {
          const silent = review.changes.filter(({ meaning }) => meaning.trim() === "");
          expect(silent).toEqual([]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
