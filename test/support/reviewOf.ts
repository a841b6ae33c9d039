import { parseFleetPolicy } from "../../components/policy/written/parsePolicy";
import { type Review, reviewPolicies } from "../../components/review/reviewPolicies";
import { sideOfPolicy } from "../../components/review/reviewSide";
import { rotatedSequences } from "../../components/review/rotatedSequences";

/** A policy, or a part of one, as somebody writes it. */
export type Written = Readonly<Record<string, unknown>>;

/** The review of two policies that are there in full. */
export function reviewOf(before: Written, after: Written): Review {
  const [old, now] = [parseFleetPolicy(before), parseFleetPolicy(after)];
  return reviewPolicies(sideOfPolicy(old), sideOfPolicy(now), { rotated: rotatedSequences(old, now) });
}
