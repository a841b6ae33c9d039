import type { Policy, Reach } from "../policy";
import type { Problem } from "../policyError";

/** Looks at more than one field of a policy. What was refused in it by itself is left out of it. */
export type PolicyRule = (policy: Policy, surroundings: Surroundings) => readonly Problem[];

/** What rules know beside the policy. */
export interface Surroundings {
  readonly reaches: readonly Reach[];
  /**
   * Paths with problems of their own, and the field of the policy or the service that each lies in: what is
   * written there, the policy may not hold.
   */
  readonly refused: ReadonlySet<string>;
}
