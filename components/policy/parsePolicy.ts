import type { z } from "zod";
import { crossFieldProblems } from "./crossFieldProblems";
import { isName, nameProblem } from "./nameProblem";
import { mergeNetworks } from "./network";
import type { Policy, Reach, Service } from "./policy";
import { PolicyError, type Problem } from "./policyError";
import {
  guardedAnswerSchema,
  identitySchema,
  networksSchema,
  portRangesSchema,
  reachSchema,
  rollbackSchema,
  serviceSchema,
} from "./policySchema";
import { mergePortRanges } from "./portRange";
import { schemaProblems } from "./schemaProblems";

const FIELDS: readonly string[] = [
  "services",
  "allow",
  "openPorts",
  "guardedAnswer",
  "identity",
  "rollbackTimeout",
  "hosts",
];

/**
 * Validates a policy as it is written (the component's arguments, each host cut down to how it is reached)
 * and fills in the defaults.
 *
 * @param input `{ services, allow?, openPorts?, rollbackTimeout?, hosts? }` of any type; nothing about it is trusted.
 * @param found problems that the caller found already, to be reported together with those found here.
 * @throws PolicyError with every problem at once. No message contains a port of a sequence.
 */
export function parsePolicy(input: unknown, found: readonly Problem[] = []): Policy {
  const fields = toEntries(input);
  if (fields === undefined) {
    throw new PolicyError([{ path: "policy", problem: "is not an object", remedy: "give { services: … }" }]);
  }
  const problems: Problem[] = [...found];
  const field = (name: string): unknown => fields.find(([key]) => key === name)?.[1];

  const unknownFields = fields.filter(([key]) => !FIELDS.includes(key)).length;
  if (unknownFields > 0) {
    const count = unknownFields === 1 ? "has an unknown field" : `has ${unknownFields} unknown fields`;
    problems.push({ path: "policy", problem: count, remedy: `known are ${FIELDS.join(", ")}` });
  }
  const services = parseRecord("services", serviceSchema, field("services"), problems);
  if (services.size === 0 && problems.every(({ path }) => !path.startsWith("services"))) {
    problems.push({ path: "services", problem: "guards nothing", remedy: "name at least one service" });
  }
  const allow = parseField("allow", networksSchema, field("allow"), problems) ?? [];
  const openPorts = parseField("openPorts", portRangesSchema, field("openPorts"), problems) ?? [];
  const guardedAnswer = parseField("guardedAnswer", guardedAnswerSchema, field("guardedAnswer"), problems);
  const identity = parseField("identity", identitySchema, field("identity"), problems);
  const rollbackSeconds = parseField("rollbackTimeout", rollbackSchema, field("rollbackTimeout"), problems);
  const hosts = parseRecord("hosts", reachSchema, field("hosts") ?? {}, problems);

  const policy: Policy = {
    services: [...services]
      .map(([name, service]): Service => ({ name, ...service, ports: mergePortRanges(service.ports) }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    allow: mergeNetworks(allow),
    openPorts: mergePortRanges(openPorts),
    guardedAnswer: guardedAnswer ?? "reject",
    identity: identity ?? { ipv4Prefix: 32, ipv6Prefix: 128 },
    rollbackSeconds: rollbackSeconds ?? 0,
  };
  const reaches = [...hosts].map(([host, reach]): Reach => ({ host, ...reach }));
  problems.push(...crossFieldProblems(policy, reaches));
  if (problems.length > 0) {
    throw new PolicyError(problems);
  }
  return policy;
}

/** The entries that are fine; the others leave their problems behind. */
function parseRecord<T>(
  path: string,
  schema: z.ZodType<T>,
  input: unknown,
  problems: Problem[],
): ReadonlyMap<string, T> {
  const entries = toEntries(input);
  if (entries === undefined) {
    problems.push({ path, problem: "is not an object", remedy: "give one entry a name" });
    return new Map();
  }
  const parsed = new Map<string, T>();
  for (const [index, [name, entry]] of entries.entries()) {
    if (!isName(name)) {
      problems.push(nameProblem(path, index));
      continue;
    }
    const value = parseField(`${path}.${name}`, schema, entry, problems);
    if (value !== undefined) {
      parsed.set(name, value);
    }
  }
  return parsed;
}

function parseField<T>(
  path: string,
  schema: z.ZodType<T>,
  input: unknown,
  problems: Problem[],
): T | undefined {
  const result = schema.safeParse(input);
  if (!result.success) {
    problems.push(...schemaProblems(path, result.error));
  }
  return result.data;
}

function toEntries(input: unknown): readonly [string, unknown][] | undefined {
  return typeof input === "object" && input !== null && !Array.isArray(input)
    ? Object.entries(input)
    : undefined;
}
