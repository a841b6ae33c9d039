import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { printPulumiSchema } from "../support/pulumiSchema";

/** Names of arguments and outputs. The key of a host is a public one. */
const OPENS = /(sequence|token|tokenSecrets|password|privateKey|derive|rulesets|knocks)$/i;

const FILE = join(__dirname, "../../schema/pulumi.schema.json");

describe("the Pulumi schema of the package", () => {
  it("is the one that the package brings; npm run schema writes it anew", async () => {
    await expect(printPulumiSchema()).toMatchFileSnapshot(FILE);
  });

  it("says of everything that opens something, or leads to it, that it is secret", () => {
    const open = propertiesIn(JSON.parse(printPulumiSchema())).flatMap(([name, { secret }]) =>
      OPENS.test(name) && secret !== true ? [name] : [],
    );
    expect(open).toEqual([]);
  });

  it("has a text for everything", () => {
    const mute = propertiesIn(JSON.parse(printPulumiSchema())).filter(([, { description }]) => !description);
    expect(mute).toEqual([]);
  });
});

interface Property {
  readonly description?: string;
  readonly secret?: boolean;
}

/** Every property, wherever it stands. */
function propertiesIn(schema: unknown): readonly (readonly [string, Property])[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => [
    ...(key === "properties" || key === "inputProperties" ? Object.entries<Property>(inner) : []),
    ...propertiesIn(inner),
  ]);
}
