import { outlineOf } from "../../components/outline/outline";
import type { Place } from "../../components/outline/reach";
import type { FleetPolicy, Reach } from "../../components/policy/policy";
import { parseFleetPolicy } from "../../components/policy/written/parsePolicy";
import { type Review, reviewPolicies } from "../../components/review/reviewPolicies";
import { type ReviewSide, sideOfPolicy } from "../../components/review/reviewSide";
import { rotatedSequences } from "../../components/review/rotatedSequences";

/** A policy, or a part of one, as somebody writes it. */
export type Written = Readonly<Record<string, unknown>>;

/** The review of two policies that are there in full. */
export function reviewOf(before: Written, after: Written): Review {
  const [old, now] = [parseFleetPolicy(before), parseFleetPolicy(after)];
  return reviewPolicies(sideOf(old, before), sideOf(now, after), { rotated: rotatedSequences(old, now) });
}

/** With its hosts, where it has any. */
function sideOf(policy: FleetPolicy, { hosts = {} }: Written): ReviewSide {
  const reaches = Object.keys(Object(hosts)).map(
    (name): Reach<Place> => ({ name, place: { kind: "notKnownYet" } }),
  );
  return { ...sideOfPolicy(policy), outline: outlineOf(policy, reaches) };
}
