import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "../args";
import type { FleetPolicy } from "../policy/policy";
import { refusedInProgram } from "../program/programGate";
import type { Host } from "./host";
import { judgePolicy } from "./judgePolicy";
import type { Reporter } from "./reporter";

/** What became of the policy of a component. */
export interface ValidatedPolicy {
  /** Rejects where this component or, in an update, another one of the program is refused, with that one's error. */
  readonly policy: pulumi.Output<FleetPolicy>;
  /** Never rejects: what a component registers must not, or it would never be there to have an error. */
  readonly isAccepted: pulumi.Output<boolean>;
}

/** Validates a component's arguments, and reports what there is to warn of. */
export function validatePolicy(
  reporter: Reporter,
  args: PortKnockFirewallArgs,
  hosts: readonly Host[],
): ValidatedPolicy {
  const { early, result } = judgePolicy(reporter.component, args, hosts);
  result.apply((judged) => {
    for (const warning of judged.kind === "value" ? judged.warnings : []) {
      reporter.warn(warning);
    }
  });
  const ownRefusal = early.apply(
    (problems) => () => (problems.length > 0 ? reporter.refuse(problems) : undefined),
  );
  const all = pulumi.all([result, refusedInProgram(result, ownRefusal)]);
  return {
    policy: all.apply(([judged, refused]) => {
      if (judged.kind === "refused") {
        throw reporter.refuse(judged.problems);
      }
      const error = refused();
      if (error !== undefined) {
        throw error;
      }
      return judged.policy;
    }),
    isAccepted: pulumi
      .unsecret(all)
      .apply(([judged, refused]) => judged.kind === "value" && refused() === undefined),
  };
}
