import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import type { DescribedHost } from "./describedHost";
import { judgePolicy } from "./judgePolicy";
import type { Policy } from "./policy/policy";
import { refusedInProgram } from "./programGate";
import type { Reporter } from "./reporter";

/** What became of the policy of a component. */
export interface ValidatedPolicy {
  /** Rejects where this component or, in an update, another one of the program is refused, with that one's error. */
  readonly policy: pulumi.Output<Policy>;
  /** Never rejects: what a component registers must not, or it would never be there to have an error. */
  readonly isAccepted: pulumi.Output<boolean>;
}

/** Validates a component's arguments, and reports what there is to warn of. */
export function validatePolicy(
  reporter: Reporter,
  args: PortKnockFirewallArgs,
  hosts: readonly DescribedHost[],
): ValidatedPolicy {
  const { early, verdict } = judgePolicy(reporter.component, args, hosts);
  verdict.apply((judged) => {
    for (const warning of judged.kind === "valid" ? judged.warnings : []) {
      reporter.warn(warning);
    }
  });
  const refusal = early.apply(
    (problems) => () => (problems.length > 0 ? reporter.refuse(problems) : undefined),
  );
  const outcome = pulumi
    .all([verdict, refusedInProgram(verdict, refusal)])
    .apply(([judged, refused]): Outcome => {
      if (judged.kind === "refused") {
        return { kind: "refused", error: () => reporter.refuse(judged.problems) };
      }
      const error = refused();
      return error === undefined
        ? { kind: "accepted", policy: judged.policy }
        : { kind: "refused", error: () => error };
    });
  return {
    policy: outcome.apply((known) => {
      if (known.kind === "refused") {
        throw known.error();
      }
      return known.policy;
    }),
    isAccepted: pulumi.unsecret(outcome).apply(({ kind }) => kind === "accepted"),
  };
}

/** The error in a function: the SDK would unwrap what it finds in an object. */
type Outcome =
  | { readonly kind: "accepted"; readonly policy: Policy }
  | { readonly kind: "refused"; readonly error: () => Error };
