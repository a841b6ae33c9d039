import { type Layer, layersOfHosts, listHosts, merge, policiesOfHosts, withDifference } from "../differences";
import { groupBy } from "../groupBy";
import type { Difference, Fleet, Knock, Policy } from "../policy";
import type { Problem } from "../policyError";
import type { HostNames, PolicyRule, Surroundings } from "./policyRule";

/**
 * What rules say of what comes together on a host, each of it once: of the group or host that brings it, and at which hosts it is
 * where not at all of them. Hosts that are to do the same are looked at once.
 */
export function problemsAtHosts(
  fleet: Fleet<Knock>,
  surroundings: Surroundings,
  rules: readonly PolicyRule[],
): readonly Problem[] {
  const layersOf = layersOfHosts(fleet);
  const classes = hostClasses(fleet, surroundings);
  const found = classes.flatMap(({ hosts, policy }) => {
    const here = new Set(hosts);
    const reaches = surroundings.reaches.filter(({ name }) => here.has(name));
    const judge = (each: Policy): readonly Problem[] =>
      rules.flatMap((rule) => rule(each, { ...surroundings, hosts, reaches }));
    const problems = judge(policy);
    const steps = problems.some(({ path }) => ADDED_TO.has(path))
      ? stepsTo(fleet, layersOf(hosts[0] ?? "")).map((step) => ({
          path: step.path,
          known: new Set(judge(step.policy).map(keyOf)),
        }))
      : [];
    return problems.map((problem) => ({ hosts, problem: atOrigin(problem, steps) }));
  });
  return [...groupBy(found, ({ problem }) => JSON.stringify(problem)).values()].flatMap((some) =>
    some.slice(0, 1).map(({ problem }) => {
      const isPlaced = some.length === classes.length || /^(groups|hosts)\./.test(problem.path);
      return isPlaced ? problem : { ...problem, problem: `${problem.problem}, at ${listHosts(some)}` };
    }),
  );
}

/** Hosts that are to do the same. */
interface HostClass {
  /** Their names; none for those that are not named. */
  readonly hosts: readonly string[];
  readonly policy: Policy;
}

export function hostClasses(fleet: Fleet<Knock>, { hosts, hasOthers }: HostNames): readonly HostClass[] {
  const policyOf = policiesOfHosts(fleet, fleet);
  const classes = [...groupBy(hosts, policyOf)].map(([policy, alike]) => {
    const here = new Set(alike);
    const tokenNetworks = policy.tokenNetworks.filter(({ host }) => here.has(host));
    return { hosts: alike, policy: { ...policy, tokenNetworks } };
  });
  return hasOthers || hosts.length === 0 ? [...classes, { hosts: [], policy: fleet }] : classes;
}

/** What a host has of all, then with what a group adds, and the next one; the services are those that it ends up with. */
interface Step {
  /** Who adds it; nothing for all. */
  readonly path: string;
  readonly policy: Policy;
}

function stepsTo(fleet: Fleet<Knock>, layers: readonly Layer[]): readonly Step[] {
  const { services } = merge(layers);
  return [{ path: "" }, ...layers].map(({ path }, index) => ({
    path,
    policy: withDifference(fleet, { ...merge(layers.slice(0, index)), services }),
  }));
}

/** Fields that groups and hosts add to; each with where all hosts have it. */
const COMMON_PATHS: Readonly<Record<Exclude<keyof Difference, "services">, string>> = {
  allow: "allow",
  openPorts: "openPorts",
  exceptNetworks: "baseline.exceptNetworks",
  openPortsFrom: "baseline.openPortsFrom",
};
const ADDED_TO = new Map(Object.entries(COMMON_PATHS).map(([field, path]) => [path, field]));

/** What is wrong up to a step. */
interface JudgedStep extends Pick<Step, "path"> {
  readonly known: ReadonlySet<string>;
}

/** A problem of such a field is one of whoever adds what it is about. */
function atOrigin(problem: Problem, steps: readonly JudgedStep[]): Problem {
  const field = ADDED_TO.get(problem.path);
  const origin = steps.find(({ known }) => known.has(keyOf(problem)));
  return field === undefined || origin === undefined || origin.path === ""
    ? problem
    : { ...problem, path: `${origin.path}.${field}` };
}

function keyOf({ path, problem }: Problem): string {
  return `${path}: ${problem}`;
}
