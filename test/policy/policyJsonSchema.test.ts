import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { goldenNames, goldenPolicy } from "../support/goldens";
import { POLICIES } from "../support/policies";
import { printPolicyJsonSchema } from "../support/policyJsonSchema";
import { problemsOf, ssh } from "../support/problemsOf";

const FILE = join(__dirname, "../../schema/policy.schema.json");

describe("the JSON Schema of a policy file", () => {
  it("is the one that the package brings; npm run schema writes it anew", async () => {
    await expect(printPolicyJsonSchema()).toMatchFileSnapshot(FILE);
  });

  it("describes every field: its comment in the arguments, whose interface NESTED has", () => {
    expect(undescribed(JSON.parse(printPolicyJsonSchema()))).toEqual([]);
  });

  const schema = z.fromJSONSchema(JSON.parse(printPolicyJsonSchema()));
  const isTaken = (policy: unknown): boolean => schema.safeParse(policy).success;

  it.each(goldenNames)("takes the policy of %s", (name) => {
    const policy: unknown = goldenPolicy(name);
    expect(isTaken(policy)).toBe(true);
    expect(isTaken({ $schema: "policy.schema.json", ...Object(policy) })).toBe(true);
  });

  it("takes whatever a policy may be", () => {
    fc.assert(
      fc.property(POLICIES, (policy) => {
        // As JSON has it: without fields that are undefined.
        expect(isTaken(JSON.parse(JSON.stringify(policy)))).toBe(true);
      }),
    );
  });

  it.each([
    [{}],
    [{ services: { ssh: {} } }],
    [ssh({ port: ["22"] })],
    [ssh({ ports: [] })],
    [ssh({ ports: ["22-"] })],
    [ssh({ ports: 22 })],
    [ssh({ access: "always" })],
    [ssh({ knockTimeout: "5 s" })],
    [ssh({ sequenceOf: "web" })],
    [{ services: { web: { ports: ["443"], sequenceOf: "ssh", unban: true } } }],
    [{ services: { "1st": ssh().services.ssh } }],
    [{ ...ssh(), identity: { ipv4Prefix: 15 } }],
    [{ ...ssh(), identity: { ipv6Prefix: 64.5 } }],
    [{ ...ssh(), baseline: { forward: "route" } }],
    [{ ...ssh(), baseline: { openPortsFrom: [{ ports: ["80"] }] } }],
    [{ ...ssh(), log: { linesPerMinute: 0 } }],
    [{ ...ssh(), openPort: [] }],
  ])("rejects %j, as a policy does", (policy) => {
    expect(isTaken(policy)).toBe(false);
    expect(problemsOf(policy)).not.toEqual([]);
  });
});

/** The properties without a description, wherever they stand. */
function undescribed(schema: unknown): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => [
    ...(key === "properties" ? withoutDescription(inner) : []),
    ...undescribed(inner),
  ]);
}

function withoutDescription(properties: object): readonly string[] {
  return Object.entries(properties).flatMap(([field, { description = "" }]) =>
    description === "" ? [field] : [],
  );
}
