import { keepsSecondFlow } from "../flows";
import type { Fleet, Knock, Policy } from "../policy";
import type { Problem } from "../policyError";
import {
  lacksSharedSequence,
  needsBaseline,
  servicesInConflict,
  servicesOfHostsAreKnown,
} from "./differenceRules";
import { problemsAtHosts } from "./hostClasses";
import { deployerIsKnocker, flowsWithoutEnd, namedAsService, opensNoService } from "./knockerRules";
import { guardLocksPulumiOut } from "./lockOut";
import type { FleetRule, PolicyRule, Surroundings } from "./policyRule";
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
 * Rules about what is written where it is read by itself already, wherever in the fleet. A new rule is one small function in one of
 * these lists. None compares every service with every other one: there may be ten thousand.
 */
const FLEET_RULES: readonly FleetRule[] = [
  unfitKnocks,
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
  sameTokenNetwork,
  sameConnectionTwice,
  needsBaseline,
  servicesInConflict,
  lacksSharedSequence,
];

/** Rules about what comes together on one host. */
const HOST_RULES: readonly PolicyRule[] = [
  guardedTwice,
  guardedAndServed,
  servedTwice,
  knockOnTakenPort,
  tooManyTokens,
  guardLocksPulumiOut,
];

export function crossFieldProblems(fleet: Fleet<Knock>, surroundings: Surroundings): readonly Problem[] {
  const ofFleet = FLEET_RULES.flatMap((rule) => rule(fleet, surroundings));
  // As long as it is not known which services a host has, it seems to have them all.
  return servicesOfHostsAreKnown(surroundings)
    ? [...ofFleet, ...problemsAtHosts(fleet, surroundings, HOST_RULES)]
    : ofFleet;
}

/** What is wrong with the sequences of one host. */
export function knockProblems(policy: Policy): readonly Problem[] {
  return [unfitKnocks, sequenceBeginsAnother, knockOnTakenPort].flatMap((rule) => rule(policy));
}
