import { derivedTokenSecret } from "../../tokens/tokenSecret";
import { partsOfHosts } from "../hostPart";
import { hostPolicies, withoutUndrawn } from "../hostPolicy";
import { isName } from "../nameProblem";
import { pathAndParents } from "../path";
import type {
  Fleet,
  FleetPolicy,
  Group,
  Knock,
  Knocker,
  Login,
  Policy,
  Reach,
  Service,
  WrittenKnock,
} from "../policy";
import { PolicyError, type Problem, sortProblems } from "../policyError";
import { crossFieldProblems } from "../rules/crossFieldProblems";
import { deriveProblems, deriveWarnings } from "../rules/deriveRules";
import { endingKnockers } from "../rules/knockerRules";
import type { HostNames } from "../rules/policyRule";
import { policyWarnings, type Warning } from "../rules/policyWarnings";
import { baselineSchema } from "./baselineSchema";
import { DERIVED } from "./fieldSchemas";
import { groupSchema, hostSchema } from "./hostSchema";
import { knockerSchema } from "./knockerSchema";
import { parseFields, parseRecord, toEntries } from "./parseFields";
import { policySchema } from "./policySchema";
import { rolloutSchema } from "./rolloutSchema";
import { serviceSchema } from "./serviceSchema";

/** A policy, and the hosts that it is for. */
export interface WrittenFleet {
  readonly policy: FleetPolicy;
  /** Those that stand in `hosts`, and how each is reached where that is written too; nothing where nobody says which there are. */
  readonly hosts: readonly Reach<Login | undefined>[] | undefined;
}

/** A policy and what to warn of in it, or everything that is wrong with it; sorted by path. */
export type PolicyResult =
  | ({ readonly kind: "value"; readonly warnings: readonly Warning[] } & WrittenFleet)
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/**
 * Validates a policy as it is written, the component's arguments, and fills in the defaults. `hosts` may be left out, and of a
 * host how it is reached.
 *
 * @param input `{ services, allow?, openPorts?, baseline?, …, hosts? }` of any type; nothing about it is trusted.
 * @throws PolicyError with every problem at once. No message contains a port of a sequence.
 */
export function parseFleetPolicy(input: unknown): FleetPolicy {
  const result = tryParsePolicy(input);
  if (result.kind === "refused") {
    throw new PolicyError(result.problems);
  }
  return result.policy;
}

/** The same for one host, by whose name sequences are drawn that are derived. */
export function parsePolicy(input: unknown, host = "host"): Policy {
  return hostPolicies(parseFleetPolicy(input))(host).policy;
}

/**
 * @param found problems that the caller found already, to be reported together with those found here
 * @param now seconds since 1970, to warn of what has ended or ends soon
 */
export function tryParsePolicy(
  input: unknown,
  { found = [], now }: { readonly found?: readonly Problem[]; readonly now?: number } = {},
): PolicyResult {
  const { fleet, names, problems } = parse(input, found, []);
  if (fleet === undefined || problems.length > 0) {
    return { kind: "refused", problems: sortProblems(problems) };
  }
  const { policy } = fleet;
  const ending = now === undefined ? [] : endingKnockers(policy, now);
  const warnings = [
    ...policyWarnings(fleetWithoutUndrawn(policy), names),
    ...deriveWarnings(policy),
    ...ending,
  ];
  return { kind: "value", ...fleet, warnings: sortProblems(warnings) };
}

/**
 * What is wrong with the parts of a policy that are known before all of it is, whatever comes in the other places.
 *
 * @param missing where the input has nothing yet: `services.ssh.sequence`, `allow[0]`.
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

interface ParsedPolicy {
  /** What is fine of it; nothing where the input is none. */
  readonly fleet: WrittenFleet | undefined;
  readonly names: HostNames;
  readonly problems: readonly Problem[];
}

function parse(input: unknown, found: readonly Problem[], missing: readonly string[]): ParsedPolicy {
  const entries = toEntries(input);
  if (entries === undefined) {
    const problem = { path: "policy", problem: "is not an object", remedy: "give { services: … }" };
    return { fleet: undefined, names: { hosts: [], hasOthers: true }, problems: [...found, problem] };
  }
  const problems: Problem[] = [...found];
  // Editors find the schema of a policy file by it.
  const rules = Object.fromEntries(entries.filter(([field]) => field !== "$schema"));
  const { services, knockers, hosts, groups, rollout, baseline, rollbackTimeout, ...fields } = parseFields(
    "policy",
    policySchema,
    rules,
    problems,
  );
  const knocking = parseRecord(
    "knockers",
    (written, name) =>
      knockerSchema(written, { isMissing: (field) => missing.includes(`knockers.${name}.${field}`) }),
    knockers ?? {},
    problems,
  );
  // Until it is known whom a knocker may visit, it may be any service.
  const areAllKnocked = missing.some((path) => /^knockers(\.[^.]+(\.services(\[\d+\])?)?)?$/.test(path));
  const knocked = new Set([...knocking.values()].flatMap((knocker) => knocker.services));
  const guarded = parseRecord(
    "services",
    (written, name) =>
      serviceSchema(written, {
        hasKnockers: areAllKnocked || knocked.has(name),
        isMissing: (field) => missing.includes(`services.${name}.${field}`),
      }),
    services,
    problems,
  );
  if (guarded.size === 0 && problems.every(({ path }) => !path.startsWith("services"))) {
    problems.push({ path: "services", problem: "guards nothing", remedy: "name at least one service" });
  }
  const names = { services: keysOf(services), hosts: keysOf(hosts) };
  const [ofHosts, ofGroups] = [hostSchema(names), groupSchema(names)];
  const known = [...parseRecord("hosts", () => ofHosts, hosts ?? {}, problems)];
  const grouped = parseRecord("groups", () => ofGroups, groups ?? {}, problems);

  const policy: FleetPolicy = {
    ...(fields satisfies Pick<Policy, keyof typeof fields>),
    services: [...guarded]
      .map(([name, service]): Service<WrittenKnock> => ({ name, ...service }))
      .toSorted(byName),
    knockers: [...knocking]
      .map(([name, knocker]) => withTokenSecret({ name, ...knocker }, fields.derive))
      .toSorted(byName),
    profile:
      baseline === undefined
        ? { kind: "guard" }
        : parseFields("baseline", baselineSchema, baseline, problems),
    rollbackSeconds: rollbackTimeout,
    rollout: parseFields("rollout", rolloutSchema(names.hosts), rollout ?? {}, problems),
    ...partsOfHosts(known.map(([host, { reach, ...part }]) => [host, part])),
    groups: [...grouped].map(([name, group]): Group => ({ name, ...group })).toSorted(byName),
  };
  const reached = known.map(([name, { reach }]) => ({ name, place: undefined, ...reach }));
  const reaches = reached.flatMap(({ place, ...rest }): readonly Reach[] =>
    place ? [{ place, ...rest }] : [],
  );
  const named = [...known.map(([name]) => name), ...policy.groups.flatMap((group) => group.hosts)];
  const all: HostNames = { hosts: [...new Set(named)], hasOthers: hosts === undefined };
  const refused = new Set(
    [...problems.map(({ path }) => path), ...missing].flatMap((path) => [path, fieldOf(path)]),
  );
  const foundLater = [
    ...crossFieldProblems(fleetWithoutUndrawn(policy), { ...all, reaches, refused }),
    ...deriveProblems(policy, { ...all, refused }),
  ];
  return {
    fleet: { policy, hosts: hosts === undefined ? undefined : reached },
    names: all,
    problems: [...problems, ...foundLater],
  };
}

function keysOf(record: unknown): ReadonlySet<string> | undefined {
  const entries = toEntries(record);
  return entries && new Set(entries.map(([name]) => name).filter(isName));
}

function fleetWithoutUndrawn(fleet: FleetPolicy): Fleet<Knock> {
  return { ...fleet, ...withoutUndrawn(fleet) };
}

/** A secret that is derived is another one for each knocker. */
function withTokenSecret(knocker: Knocker<WrittenKnock>, derive: string): Knocker<WrittenKnock> {
  const { name, opening } = knocker;
  return opening.kind === "token" && opening.secret === DERIVED
    ? { ...knocker, opening: { ...opening, secret: derive === "" ? "" : derivedTokenSecret(derive, name) } }
    : knocker;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** The field of the policy, or the service or knocker, that a path lies in; of a group or host nothing, for rules look at its fields. */
function fieldOf(path: string): string {
  return /^(groups|hosts)\./.test(path)
    ? path
    : path
        .split(/[.[]/)
        .slice(0, /^(services|knockers)\./.test(path) ? 2 : 1)
        .join(".");
}

/** Whether a path is one of the others or lies in one of them. */
function isWithin(path: string, others: ReadonlySet<string>): boolean {
  return pathAndParents(path).some((each) => others.has(each));
}
