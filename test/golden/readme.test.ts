import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(__dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("the README's smallest program is the example that the type checker reads", () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
  expect(program).toBe(read("examples/one-host/index.ts"));
});

test("every file that the documents link to exists", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "docs/operations.md", "examples/fleet/README.md"];
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) => join(page, "..", link)),
  );
  const missing = links.filter((file) => !existsSync(join(ROOT, file)));
  expect(missing).toEqual([]);
});
