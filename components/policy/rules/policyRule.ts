import type { Fleet, Knock, Policy, Reach } from "../policy";
import type { Problem } from "../policyError";

/** Looks at more than one field of a policy. What was refused in it by itself is left out of it. */
export type PolicyRule = (policy: Policy, surroundings: Surroundings) => readonly Problem[];

/** The same of what all hosts have and what only some have. */
export type FleetRule = (fleet: Fleet<Knock>, surroundings: Surroundings) => readonly Problem[];

/** The hosts that a policy is for. */
export interface HostNames {
  readonly hosts: readonly string[];
  /** Whether there may be others, which differ in nothing: a policy may say nothing of its hosts. */
  readonly hasOthers: boolean;
}

/** What rules know beside the policy. */
export interface Surroundings extends HostNames {
  /** How Pulumi gets to them, as far as that is known. */
  readonly reaches: readonly Reach[];
  /**
   * Paths with problems of their own, and the field of the policy or the service that each lies in: what is
   * written there, the policy may not hold.
   */
  readonly refused: ReadonlySet<string>;
}
