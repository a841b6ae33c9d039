import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "../args";
import { knownValue } from "../outputs/ifKnown";
import { availableValue, knownParts, secretParts } from "../outputs/knownParts";
import { type Problem, sortProblems } from "../policy/policyError";
import { toEntries } from "../policy/written/parseFields";
import { type PolicyResult, partProblems, tryParsePolicy } from "../policy/written/parsePolicy";
import {
  type Host,
  hostProblems,
  hostWarnings,
  isKnown,
  type KnownHost,
  knownHosts,
  ownDifferences,
  writtenHosts,
} from "./host";
import { shapeProblems } from "./shapeProblems";
import { withoutSecrets } from "./withoutSecrets";

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
  const misshapen = shapeProblems(component, args);
  const now = pulumi
    .all([knownParts(rules), knownHosts(hosts, availableValue)])
    .apply(([{ known, missing, secret }, available]): PolicyResult | undefined => {
      const parts = together(known, available, misshapen);
      if (missing.length === 0 && available.every(isKnown)) {
        return judge(parts, available, secret);
      }
      const problems = partProblems(parts.input, parts.found, missing).map((problem) =>
        withoutSecrets(problem, secret),
      );
      return problems.length > 0 ? { kind: "refused", problems } : undefined;
    });
  const everything = pulumi.all([rules, knownHosts(hosts, knownValue), secretParts(rules)]);
  return {
    early: now.apply((result) => (result?.kind === "refused" ? result.problems : [])),
    result: now.apply<PolicyResult>(
      (result): pulumi.OutputInstance<PolicyResult> =>
        result === undefined
          ? everything.apply(([resolved, all, secret]) =>
              judge(together(resolved, all, misshapen), all, secret),
            )
          : now.apply<PolicyResult>(() => result),
    ),
  };
}

function judge(
  { input, found }: Together,
  hosts: readonly KnownHost[],
  secret: readonly string[],
): PolicyResult {
  const result = tryParsePolicy(input, { found, now: Date.now() / 1000 });
  const shown = <P extends Problem>(problem: P): P => withoutSecrets(problem, secret);
  return result.kind === "refused"
    ? { kind: "refused", problems: result.problems.map(shown) }
    : {
        ...result,
        warnings: sortProblems([...result.warnings.map(shown), ...hosts.flatMap(hostWarnings)]),
      };
}

interface Together {
  readonly input: object;
  /** What is wrong with the hosts by themselves. */
  readonly found: readonly Problem[];
}

/** @param rules the arguments as far as they are known, but for how hosts are reached */
function together(rules: object, hosts: readonly KnownHost[], misshapen: readonly Problem[]): Together {
  const own = new Map(toEntries(rules)).get("hosts");
  return {
    input: { ...rules, hosts: writtenHosts(hosts, own) },
    found: [...misshapen, ...hosts.flatMap(hostProblems)],
  };
}
