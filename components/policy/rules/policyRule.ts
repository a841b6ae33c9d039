import type { Fleet, Knock, Policy, Reach } from "../policy";
import type { Problem } from "../policyError";

/** Looks at more than one field of a policy. What was refused in it by itself is left out of it. */
export type PolicyRule = (policy: Policy, surroundings: Surroundings) => readonly Problem[];

/** The same of what all hosts have and what only some have. */
export type FleetRule = (fleet: Fleet<Knock>, surroundings: Surroundings) => readonly Problem[];

/** What rules know beside the policy. */
export interface Surroundings {
  /** The names of all hosts that the rules are for; of none where nobody says. */
  readonly hosts: readonly string[];
  /** How Pulumi gets to them, as far as that is known. */
  readonly reaches: readonly Reach[];
  /**
   * Paths with problems of their own, and the field of the policy or the service that each lies in: what is
   * written there, the policy may not hold.
   */
  readonly refused: ReadonlySet<string>;
}
