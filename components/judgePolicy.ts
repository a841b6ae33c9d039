import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import type { DescribedHost } from "./describedHost";
import { ifKnown } from "./ifKnown";
import { hostProblems, hostWarnings, type KnownHost, knownHosts, reachesOf } from "./knownHost";
import { ifAvailable, knownParts } from "./knownParts";
import { isName, nameProblem } from "./policy/nameProblem";
import { partProblems, tryParsePolicy } from "./policy/parsePolicy";
import type { Policy } from "./policy/policy";
import { type Problem, sortProblems } from "./policy/policyError";
import { policyWarnings, type Warning } from "./policy/policyWarnings";

/** What became of the arguments. */
export type Verdict =
  | { readonly kind: "valid"; readonly policy: Policy; readonly warnings: readonly Warning[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Validates rules and hosts together. What is known already is checked without waiting for the rest. */
export function judgePolicy(
  { hosts: described, ...rules }: PortKnockFirewallArgs,
  hosts: readonly DescribedHost[],
): pulumi.Output<Verdict> {
  const misnamed = Object.keys(described).flatMap((name, index) =>
    isName(name) ? [] : [nameProblem("hosts", index)],
  );
  const parts = pulumi.all([knownParts(rules), knownHosts(hosts, ifAvailable)]);
  const everything = pulumi.all([rules, knownHosts(hosts, ifKnown)]);
  const early = parts.apply(([{ known, missing }, available]): Verdict & { readonly kind: "refused" } => {
    const { input, found } = together(known, available, misnamed);
    return { kind: "refused", problems: missing.length === 0 ? [] : partProblems(input, found, missing) };
  });
  return early.apply<Verdict>(
    ({ problems }): pulumi.OutputInstance<Verdict> =>
      problems.length > 0
        ? early
        : everything.apply(([resolved, all]) => judge(together(resolved, all, misnamed), all)),
  );
}

function judge({ input, found }: Together, hosts: readonly KnownHost[]): Verdict {
  const result = tryParsePolicy(input, found);
  return result.kind === "refused"
    ? result
    : {
        kind: "valid",
        policy: result.policy,
        warnings: sortProblems([...policyWarnings(result.policy), ...hosts.flatMap(hostWarnings)]),
      };
}

interface Together {
  readonly input: object;
  /** What is wrong with the hosts by themselves. */
  readonly found: readonly Problem[];
}

function together(rules: object, hosts: readonly KnownHost[], misnamed: readonly Problem[]): Together {
  return {
    input: { ...rules, hosts: reachesOf(hosts) },
    found: [...misnamed, ...hosts.flatMap(hostProblems)],
  };
}
