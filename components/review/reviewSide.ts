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
  return {
    outline: outlineOf(
      policy,
      hosts.map(({ name, place, proxy }) => ({
        name,
        place: placeOf(place),
        ...(proxy && { proxy: placeOf(proxy) }),
      })),
    ),
    sequences: sequencesOfPolicy(policy),
  };
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
