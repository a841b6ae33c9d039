import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("the README's smallest program is the example that the type checker reads", () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
  expect(program).toBe(read("examples/one-host/index.ts"));
});

test("every file that the documents link to exists", () => {
  const missing = ["README.md", "CONTRIBUTING.md", "docs/operations.md", "examples/fleet/README.md"].flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, link = ""]) => join(page, "..", link))
      .filter((file) => {
        try {
          readFileSync(join(ROOT, file));
          return false;
        } catch (error) {
          return !(error instanceof Error && error.message.startsWith("EISDIR"));
        }
      }),
  );
  expect(missing).toEqual([]);
});
