import { join } from "node:path";
import { type ArgumentDocs, readArgumentDocs } from "./argumentDocs";
import { isSchema, POLICY_FILE, type Schema } from "./policyFile";

/** Which interface documents the fields of what stands in a field. */
const NESTED: Readonly<Record<string, string>> = {
  hosts: "HostArgs",
  connection: "ConnectionArgs",
  proxy: "ProxyConnectionArgs",
  groups: "GroupArgs",
  rollout: "RolloutArgs",
  services: "ServiceArgs",
  knockers: "KnockerArgs",
  identity: "IdentityArgs",
  log: "LogArgs",
  baseline: "BaselineArgs",
  ping: "PingArgs",
  openPortsFrom: "RestrictedPortsArgs",
};

/** The JSON Schema of a policy file as text. */
export function printPolicyJsonSchema(): string {
  const components = join(__dirname, "../../components");
  const docs = readArgumentDocs(
    ["args.ts", "baselineArgs.ts", "logArgs.ts", "rolloutArgs.ts"].map((file) => join(components, file)),
  );
  const described = describe(POLICY_FILE, "PortKnockFirewallArgs", docs);
  return `${JSON.stringify({ title: "A policy of pulumi-portknock", ...described }, undefined, 2)}\n`;
}

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
