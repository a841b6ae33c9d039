import { type Outline, outlineOf, withoutRules } from "../outline/outline";
import type { Place } from "../outline/reach";
import { readOutline } from "../outline/readOutline";
import type { Login } from "../policy/policy";
import type { WrittenFleet } from "../policy/written/parsePolicy";
import { type DrawnSequence, sequencesOfOutline, sequencesOfPolicy } from "./drawnSequences";

/** One of the two policies that are compared: what is to be seen of it, and nothing secret. */
export interface ReviewSide {
  readonly outline: Outline;
  readonly sequences: readonly DrawnSequence[];
}

/** A policy that is there in full. */
export function sideOfPolicy({ policy, hosts }: WrittenFleet): ReviewSide {
  const reaches = hosts?.map(({ name, place, proxy }) => ({
    name,
    place: placeOf(place),
    ...(proxy && { proxy: placeOf(proxy) }),
  }));
  const side = { outline: outlineOf(policy, reaches), sequences: sequencesOfPolicy(policy) };
  return hosts === undefined ? side : ofItsHosts(side);
}

/** The same of a component, which says which hosts it has: where it has none, it has no rules anywhere. */
export function ofItsHosts(side: ReviewSide): ReviewSide {
  return side.outline.hosts.length === 0 ? sideWithoutRules(side) : side;
}

function placeOf(login: Login | undefined): Place {
  return login === undefined ? { kind: "notKnownYet" } : { kind: "shown", ...login };
}

/** A policy of which only the text of its outline is there. */
export function sideOfText(text: string): ReviewSide {
  const outline = readOutline(text);
  return { outline, sequences: sequencesOfOutline(outline) };
}

/** What hosts are without a policy. */
export function sideWithoutRules({ outline }: ReviewSide): ReviewSide {
  return { outline: withoutRules(outline), sequences: [] };
}
