import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "../args";
import { knownValue } from "../outputs/ifKnown";
import { availableValue, knownParts, secretParts } from "../outputs/knownParts";
import type { Problem } from "../policy/policyError";
import type { PolicyResult } from "../policy/written/parsePolicy";
import { type Host, knownHosts, ownDifferences } from "./host";

/** What became of the arguments. */
export interface JudgedArgs {
  /** What is wrong with the parts that are known now. In an update it waits for no resource. */
  readonly early: pulumi.Output<readonly Problem[]>;
  readonly result: pulumi.Output<PolicyResult>;
}

/**
 * Validates rules and hosts together. What is known already is checked without waiting for the rest.
 *
 * @param component its name
 */
export function judgePolicy(
  component: string,
  args: PortKnockFirewallArgs,
  hosts: readonly Host[],
): JudgedArgs {
  // How hosts are reached is looked at one by one: a field that is not known may hold a key.
  const rules = { ...args, hosts: ownDifferences(args.hosts) };
  const now = pulumi
    .all([knownParts(rules), knownHosts(hosts, availableValue)])
    .apply(async ([{ known, missing, secret }, available]): Promise<PolicyResult | undefined> => {
      const { judgeKnown } = await judges();
      return judgeKnown({ component, args, rules: known, hosts: available, secret }, missing);
    });
  const everything = pulumi.all([rules, knownHosts(hosts, knownValue), secretParts(rules)]);
  return {
    early: now.apply((result) => (result?.kind === "refused" ? result.problems : [])),
    result: now.apply<PolicyResult>(
      (result): pulumi.OutputInstance<PolicyResult> =>
        result === undefined
          ? everything.apply(async ([resolved, all, secret]): Promise<PolicyResult> => {
              const { judgeAll } = await judges();
              return judgeAll({ component, args, rules: resolved, hosts: all, secret });
            })
          : now.apply<PolicyResult>(() => result),
    ),
  };
}

/** All that reads policies, and what that stands on: loaded when there is a policy, not with the package. */
function judges(): Promise<typeof import("./judgeKnown.js")> {
  return import("./judgeKnown.js");
}
