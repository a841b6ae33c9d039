import { z } from "zod";
import type { PortKnockFirewallArgs } from "../../components/args";
import { NAME } from "../../components/policy/nameProblem";
import { baselineSchema } from "../../components/policy/written/baselineSchema";
import { objectOf, type SchemasOf } from "../../components/policy/written/fieldSchemas";
import { groupFields, hostFields } from "../../components/policy/written/hostSchema";
import { sequenceFields, tokenFields } from "../../components/policy/written/knockerSchema";
import { ruleFields } from "../../components/policy/written/policySchema";
import { rolloutSchema } from "../../components/policy/written/rolloutSchema";
import { knockedFields, ownFields, sharedFields } from "../../components/policy/written/serviceSchema";

export type Schema = z.core.JSONSchema.BaseSchema;

const nameSchema = z.string().regex(NAME);

/** A policy file as an editor completes it. What only rules between fields know, `portknock check` knows. */
const policyFile = objectOf({
  $schema: z.string().optional().meta({ description: "Where this schema is." }),
  services: z.record(
    nameSchema,
    z.union([objectOf(ownFields), objectOf(sharedFields), objectOf(knockedFields)]),
  ),
  knockers: z.record(nameSchema, z.union([objectOf(sequenceFields), objectOf(tokenFields)])).optional(),
  ...ruleFields,
  rollout: rolloutSchema(undefined).optional(),
  hosts: z.record(nameSchema, objectOf(hostFields({}))).optional(),
  groups: z.record(nameSchema, objectOf(groupFields({}))).optional(),
  baseline: baselineSchema.optional(),
} satisfies SchemasOf<PortKnockFirewallArgs & { readonly $schema: string }>);

/** The JSON Schema of a policy file, its fields without descriptions. */
export const POLICY_FILE: Schema = z.toJSONSchema(policyFile, { io: "input" });

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object in a policy file. */
interface WrittenObject {
  /** Where one stands, `services.a`, `baseline.openPortsFrom.0`. */
  readonly path: readonly string[];
  readonly fields: readonly string[];
}

/** Every kind of object in a policy file; services with a sequence, with a shared one, and with knockers are three. */
export const WRITTEN_OBJECTS: readonly WrittenObject[] = objectsIn(POLICY_FILE, []);

function objectsIn(schema: unknown, path: readonly string[]): readonly WrittenObject[] {
  if (!isSchema(schema)) return [];
  const { properties, anyOf = [], items, additionalProperties } = schema;
  return [
    ...(properties === undefined ? [] : [{ path, fields: Object.keys(properties) }]),
    ...Object.entries(properties ?? {}).flatMap(([field, inner]) => objectsIn(inner, [...path, field])),
    ...anyOf.flatMap((inner) => objectsIn(inner, path)),
    ...objectsIn(items, [...path, "0"]),
    ...objectsIn(additionalProperties, [...path, "a"]),
  ];
}
