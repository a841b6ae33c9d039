import { keepsSecondFlow } from "../flows";
import type { Policy } from "../policy";
import type { Problem } from "../policyError";
import { deployerIsKnocker, flowsWithoutEnd, namedAsService, opensNoService } from "./knockerRules";
import { guardLocksPulumiOut } from "./lockOut";
import type { PolicyRule, Surroundings } from "./policyRule";
import { guardedAndServed, guardedTwice, knockOnTakenPort, servedTwice } from "./portRules";
import { sameConnectionTwice } from "./sameConnectionTwice";
import {
  sameWindowId,
  sequenceBeginsAnother,
  sharesNoSequence,
  unbansNobody,
  unfitKnocks,
} from "./sequenceRules";
import { sameTokenId, sameTokenNetwork, sameTokenTwice, tooManyTokens } from "./tokenSecrets";

/**
 * Rules about what is written where it is read by itself already. A new rule is one small function in this list.
 * None compares every service with every other one: there may be ten thousand.
 */
const RULES: readonly PolicyRule[] = [
  guardedTwice,
  guardedAndServed,
  servedTwice,
  unfitKnocks,
  knockOnTakenPort,
  sequenceBeginsAnother,
  sharesNoSequence,
  unbansNobody,
  keepsSecondFlow,
  namedAsService,
  opensNoService,
  flowsWithoutEnd,
  deployerIsKnocker,
  sameWindowId,
  sameTokenTwice,
  sameTokenId,
  tooManyTokens,
  sameTokenNetwork,
  sameConnectionTwice,
  guardLocksPulumiOut,
];

export function crossFieldProblems(policy: Policy, surroundings: Surroundings): readonly Problem[] {
  return RULES.flatMap((rule) => rule(policy, surroundings));
}
