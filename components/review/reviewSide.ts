import { type Outline, outlineOf } from "../outline/outline";
import { readOutline } from "../outline/readOutline";
import type { FleetPolicy } from "../policy/policy";
import { type DrawnSequence, sequencesOfOutline, sequencesOfPolicy } from "./drawnSequences";

/** One of the two policies that are compared: what is to be seen of it, and nothing secret. */
export interface ReviewSide {
  readonly outline: Outline;
  readonly sequences: readonly DrawnSequence[];
}

/** A policy that is there in full. */
export function sideOfPolicy(policy: FleetPolicy): ReviewSide {
  return { outline: outlineOf(policy), sequences: sequencesOfPolicy(policy) };
}

/** A policy of which only the text of its outline is there. */
export function sideOfText(text: string): ReviewSide {
  const outline = readOutline(text);
  return { outline, sequences: sequencesOfOutline(outline) };
}

/** What a host is without a policy: nothing is guarded, and no choice that the other side made is a change. */
export function sideWithoutRules({ outline }: ReviewSide): ReviewSide {
  return {
    outline: {
      ...outline,
      hosts: [],
      services: [],
      knockers: [],
      allow: [],
      openPorts: [],
      tokenNetworks: [],
      groups: [],
      ownDifferences: [],
      profile: { kind: "guard" },
    },
    sequences: [],
  };
}
