import type { PortKnockFirewallArgs } from "../args";
import { type Problem, sortProblems } from "../policy/policyError";
import { toEntries } from "../policy/written/parseFields";
import { type PolicyResult, partProblems, tryParsePolicy } from "../policy/written/parsePolicy";
import { isKnown, type KnownHost, writtenHosts } from "./host";
import { hostProblems, hostWarnings } from "./hostProblems";
import { shapeProblems } from "./shapeProblems";
import { withoutSecrets } from "./withoutSecrets";

/** A component's arguments as far as they are known. */
export interface KnownArgs {
  /** Its name. */
  readonly component: string;
  /** As they were given: what can be told of them before any value is known. */
  readonly args: PortKnockFirewallArgs;
  /** The values, but for how hosts are reached. */
  readonly rules: object;
  readonly hosts: readonly KnownHost[];
  /** Where something secret is. */
  readonly secret: readonly string[];
}

/**
 * Judges what is known, or nothing where that is neither all nor wrong.
 *
 * @param missing where the rules have nothing yet
 */
export function judgeKnown(known: KnownArgs, missing: readonly string[]): PolicyResult | undefined {
  if (missing.length === 0 && known.hosts.every(isKnown)) {
    return judgeAll(known);
  }
  const { input, found } = together(known);
  const problems = partProblems(input, found, missing).map((problem) =>
    withoutSecrets(problem, known.secret),
  );
  return problems.length > 0 ? { kind: "refused", problems } : undefined;
}

/** Judges arguments all of whose values are known. */
export function judgeAll(known: KnownArgs): PolicyResult {
  const { input, found } = together(known);
  const result = tryParsePolicy(input, { found, now: Date.now() / 1000 });
  const shown = <P extends Problem>(problem: P): P => withoutSecrets(problem, known.secret);
  return result.kind === "refused"
    ? { kind: "refused", problems: result.problems.map(shown) }
    : {
        ...result,
        warnings: sortProblems([...result.warnings.map(shown), ...known.hosts.flatMap(hostWarnings)]),
      };
}

interface Together {
  readonly input: object;
  /** What is wrong with the hosts by themselves. */
  readonly found: readonly Problem[];
}

function together({ component, args, rules, hosts }: KnownArgs): Together {
  const own = new Map(toEntries(rules)).get("hosts");
  return {
    input: { ...rules, hosts: writtenHosts(hosts, own) },
    found: [...shapeProblems(component, args), ...hosts.flatMap(hostProblems)],
  };
}
