import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import type { DescribedHost } from "./describedHost";
import { ifKnown } from "./ifKnown";
import { hostProblems, hostWarnings, type KnownHost, knownHosts, reachesOf } from "./knownHost";
import { ifAvailable, knownParts, secretParts } from "./knownParts";
import { partProblems, tryParsePolicy } from "./policy/parsePolicy";
import type { Policy } from "./policy/policy";
import { type Problem, sortProblems } from "./policy/policyError";
import { policyWarnings, type Warning } from "./policy/policyWarnings";
import { shapeProblems } from "./shapeProblems";
import { withoutSecrets } from "./withoutSecrets";

/** What became of the arguments. */
export type Verdict =
  | { readonly kind: "valid"; readonly policy: Policy; readonly warnings: readonly Warning[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

export interface Judgement {
  /** What is wrong with the parts that are known now. In an update it waits for no resource. */
  readonly early: pulumi.Output<readonly Problem[]>;
  readonly verdict: pulumi.Output<Verdict>;
}

/**
 * Validates rules and hosts together. What is known already is checked without waiting for the rest.
 *
 * @param component its name
 */
export function judgePolicy(
  component: string,
  args: PortKnockFirewallArgs,
  hosts: readonly DescribedHost[],
): Judgement {
  const { hosts: _described, ...rules } = args;
  const misshapen = shapeProblems(component, args);
  const now = pulumi
    .all([knownParts(rules), knownHosts(hosts, ifAvailable)])
    .apply(([{ known, missing, secret }, available]): Verdict | undefined => {
      const parts = together(known, available, misshapen);
      if (missing.length === 0 && available.every(({ connection }) => connection !== undefined)) {
        return judge(parts, available, secret);
      }
      const problems = partProblems(parts.input, parts.found, missing).map((problem) =>
        withoutSecrets(problem, secret),
      );
      return problems.length > 0 ? { kind: "refused", problems } : undefined;
    });
  const everything = pulumi.all([rules, knownHosts(hosts, ifKnown), secretParts(rules)]);
  return {
    early: now.apply((verdict) => (verdict?.kind === "refused" ? verdict.problems : [])),
    verdict: now.apply<Verdict>(
      (verdict): pulumi.OutputInstance<Verdict> =>
        verdict === undefined
          ? everything.apply(([resolved, all, secret]) =>
              judge(together(resolved, all, misshapen), all, secret),
            )
          : now.apply<Verdict>(() => verdict),
    ),
  };
}

function judge({ input, found }: Together, hosts: readonly KnownHost[], secret: readonly string[]): Verdict {
  const result = tryParsePolicy(input, found);
  const shown = <P extends Problem>(problem: P): P => withoutSecrets(problem, secret);
  return result.kind === "refused"
    ? { kind: "refused", problems: result.problems.map(shown) }
    : {
        kind: "valid",
        policy: result.policy,
        warnings: sortProblems([...policyWarnings(result.policy).map(shown), ...hosts.flatMap(hostWarnings)]),
      };
}

interface Together {
  readonly input: object;
  /** What is wrong with the hosts by themselves. */
  readonly found: readonly Problem[];
}

function together(rules: object, hosts: readonly KnownHost[], misshapen: readonly Problem[]): Together {
  return {
    input: { ...rules, hosts: reachesOf(hosts) },
    found: [...misshapen, ...hosts.flatMap(hostProblems)],
  };
}
