import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/languages.md"), "utf8");

test.each([
  ["yaml", "examples/yaml/Pulumi.yaml"],
  ["python", "examples/python/__main__.py"],
])("docs/languages.md quotes the program in %s that the tests run", (language, file) => {
  const [, quoted] = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "ms").exec(PAGE) ?? [];
  expect(quoted).toBe(readFileSync(join(ROOT, file), "utf8"));
});
