import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { printPulumiSchema } from "../support/pulumiSchema";

const FILE = join(__dirname, "../../schema/pulumi.schema.json");

describe("the Pulumi schema of the package", () => {
  it("is the one that the package brings; npm run schema writes it anew", async () => {
    await expect(printPulumiSchema()).toMatchFileSnapshot(FILE);
  });
});
