import { PolicyError } from "../../components/policy/policyError";
import { tryParsePolicy, type WrittenFleet } from "../../components/policy/written/parsePolicy";
import { type Review, reviewPolicies } from "../../components/review/reviewPolicies";
import { sideOfPolicy } from "../../components/review/reviewSide";
import { rotatedSequences } from "../../components/review/rotatedSequences";

/** A policy, or a part of one, as somebody writes it. */
export type Written = Readonly<Record<string, unknown>>;

/** The review of two policies that are there in full. */
export function reviewOf(before: Written, after: Written): Review {
  const [old, now] = [fleetOf(before), fleetOf(after)];
  return reviewPolicies(sideOfPolicy(old), sideOfPolicy(now), {
    rotated: rotatedSequences(old.policy, now.policy),
  });
}

/** A policy that is fine, and its hosts. */
export function fleetOf(written: unknown): WrittenFleet {
  const result = tryParsePolicy(written);
  if (result.kind === "refused") throw new PolicyError(result.problems);
  return result;
}
