import { join } from "node:path";
import { z } from "zod";
import { baselineSchema } from "../../components/policy/baselineSchema";
import { objectOf } from "../../components/policy/fieldSchemas";
import { nameSchema } from "../../components/policy/nameProblem";
import { ruleFields } from "../../components/policy/policySchema";
import { ownFields, sharedFields } from "../../components/policy/serviceSchema";
import { type ArgumentDocs, readArgumentDocs } from "./argumentDocs";

/** Which interface documents the fields of what stands in a field. */
const NESTED: Readonly<Record<string, string>> = {
  services: "ServiceArgs",
  identity: "IdentityArgs",
  log: "LogArgs",
  baseline: "BaselineArgs",
  ping: "PingArgs",
  openPortsFrom: "RestrictedPortsArgs",
};

/** A policy file as an editor completes it. What only rules between fields know, `portknock check` knows. */
const policyFile = objectOf({
  $schema: z.string().optional().meta({ description: "Where this schema is." }),
  services: z.record(nameSchema, z.union([objectOf(ownFields), objectOf(sharedFields)])),
  ...ruleFields,
  baseline: baselineSchema.optional(),
});

/** The JSON Schema of a policy file as text. */
export function printPolicyJsonSchema(): string {
  const components = join(__dirname, "../../components");
  const docs = readArgumentDocs(
    ["args.ts", "baselineArgs.ts", "logArgs.ts"].map((file) => join(components, file)),
  );
  const schema = z.toJSONSchema(policyFile, { io: "input" });
  const described = describe(schema, "PortKnockFirewallArgs", docs);
  return `${JSON.stringify({ title: "A policy of pulumi-portknock", ...described }, undefined, 2)}\n`;
}

type Schema = z.core.JSONSchema.BaseSchema;

function describe(schema: Schema, args: string, docs: ArgumentDocs): Schema {
  const inner = (each: unknown): unknown => (isSchema(each) ? describe(each, args, docs) : each);
  const { properties, anyOf, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties && { properties: describeFields(properties, args, docs) }),
    ...(anyOf && { anyOf: anyOf.map(inner) }),
    ...(items !== undefined && { items: inner(items) }),
    ...(additionalProperties !== undefined && { additionalProperties: inner(additionalProperties) }),
  } as Schema;
}

function describeFields(
  properties: NonNullable<Schema["properties"]>,
  args: string,
  docs: ArgumentDocs,
): object {
  return Object.fromEntries(
    Object.entries(properties).map(([field, schema]) => {
      const description = docs.get(args)?.get(field);
      const described = isSchema(schema) ? describe(schema, NESTED[field] ?? args, docs) : schema;
      return [
        field,
        isSchema(described) && description !== undefined ? { description, ...described } : described,
      ];
    }),
  );
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
