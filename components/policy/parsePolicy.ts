import { baselineSchema } from "./baselineSchema";
import { crossFieldProblems } from "./crossFieldProblems";
import { parseFields, parseRecord, toEntries } from "./parseFields";
import type { Policy, Reach, Service } from "./policy";
import { PolicyError, type Problem, sortProblems } from "./policyError";
import { policySchema, reachSchema } from "./policySchema";
import { serviceSchema } from "./serviceSchema";

/** A policy, or everything that is wrong with it, sorted by path. */
export type PolicyResult =
  | { readonly kind: "value"; readonly policy: Policy }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/**
 * Validates a policy as it is written (the component's arguments, each host cut down to how it is reached)
 * and fills in the defaults.
 *
 * @param input `{ services, allow?, openPorts?, baseline?, …, hosts? }` of any type; nothing about it is trusted.
 * @throws PolicyError with every problem at once. No message contains a port of a sequence.
 */
export function parsePolicy(input: unknown): Policy {
  const result = tryParsePolicy(input);
  if (result.kind === "refused") {
    throw new PolicyError(result.problems);
  }
  return result.policy;
}

/** @param found problems that the caller found already, to be reported together with those found here. */
export function tryParsePolicy(input: unknown, found: readonly Problem[] = []): PolicyResult {
  const { policy, problems } = parse(input, found, []);
  return policy === undefined || problems.length > 0
    ? { kind: "refused", problems: sortProblems(problems) }
    : { kind: "value", policy };
}

/**
 * What is wrong with the parts of a policy that are known before all of it is, whatever comes in the other places.
 *
 * @param missing where the input has nothing yet: `services.ssh.sequence`, `allow.1`.
 */
export function partProblems(
  input: unknown,
  found: readonly Problem[],
  missing: readonly string[],
): readonly Problem[] {
  // Until it is known that a service shares a sequence, it seems to lack one.
  const unsaid = new Set(missing.map((path) => path.replace(/\.sequenceOf$/, "")));
  const { problems } = parse(input, found, [...unsaid]);
  return sortProblems(
    problems.filter((problem) => found.includes(problem) || !isWithin(problem.path, unsaid)),
  );
}

interface Parsed {
  /** Nothing where the input is none; else what is fine of it. */
  readonly policy: Policy | undefined;
  readonly problems: readonly Problem[];
}

function parse(input: unknown, found: readonly Problem[], missing: readonly string[]): Parsed {
  const entries = toEntries(input);
  if (entries === undefined) {
    const problem = { path: "policy", problem: "is not an object", remedy: "give { services: … }" };
    return { policy: undefined, problems: [...found, problem] };
  }
  const problems: Problem[] = [...found];
  // Editors find the schema of a policy file by it.
  const rules = Object.fromEntries(entries.filter(([field]) => field !== "$schema"));
  const written = parseFields("policy", policySchema, rules, problems);
  const services = parseRecord("services", serviceSchema, written.services, problems);
  if (services.size === 0 && problems.every(({ path }) => !path.startsWith("services"))) {
    problems.push({ path: "services", problem: "guards nothing", remedy: "name at least one service" });
  }
  const hosts = parseRecord("hosts", () => ({ whole: reachSchema }), written.hosts ?? {}, problems);

  const policy: Policy = {
    services: [...services]
      .map(([name, service]): Service => ({ name, ...service }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    allow: written.allow,
    openPorts: written.openPorts,
    guardedAnswer: written.guardedAnswer,
    identity: written.identity,
    profile:
      written.baseline === undefined
        ? { kind: "guard" }
        : parseFields("baseline", baselineSchema, written.baseline, problems),
    log: written.log,
    rollbackSeconds: written.rollbackTimeout,
  };
  const reaches = [...hosts].map(([host, reach]): Reach => ({ host, ...reach }));
  const refused = new Set(
    [...problems.map(({ path }) => path), ...missing].flatMap((path) => [path, fieldOf(path)]),
  );
  return { policy, problems: [...problems, ...crossFieldProblems(policy, { reaches, refused })] };
}

/** The field of the policy, or the service, that a path lies in. */
function fieldOf(path: string): string {
  return path
    .split(".")
    .slice(0, path.startsWith("services.") ? 2 : 1)
    .join(".");
}

/** Whether a path is one of the others or lies in one of them. */
function isWithin(path: string, others: ReadonlySet<string>): boolean {
  const keys = path.split(".");
  return keys.some((_, index) => others.has(keys.slice(0, index + 1).join(".")));
}
