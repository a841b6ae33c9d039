import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { policySchema } from "../../components/policy/written/policySchema";
import { ownFields, sharedFields } from "../../components/policy/written/serviceSchema";
import { documentPages } from "../../site/layPages";

const ROOT = resolve(__dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("the README's smallest program is the example that the type checker reads", () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(read("README.md")) ?? [];
  expect(program).toBe(read("examples/one-host/index.ts"));
});

test("the fleet's stack may configure every argument, and its table names each but the sequences", () => {
  const rules = Object.keys(policySchema.shape);
  const services = Object.keys({ ...ownFields, ...sharedFields });
  const [program, table] = [read("examples/fleet/index.ts"), read("examples/fleet/README.md")];
  expect(rules.filter((rule) => !program.includes(`("${rule}")`))).toEqual([]);
  expect([...rules, ...services].filter((field) => !table.includes(`\`${field}\``))).toEqual([
    "sequence",
    "closeSequence",
  ]);
});

/** Made by the build of the site, which checks every link once more. */
const REFERENCE = "docs/reference.md";
const FOLDERS = "bench|cli|components|demo|docs|examples|lab|scripts|standIn|test";

test.each(documentPages())("every file that a document links to, or names, exists: %s", (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, link = ""]) =>
    join(page, "..", link),
  );
  const named = [
    ...read(page).matchAll(new RegExp(`(?<![\\w./-])(?:${FOLDERS})/[\\w./-]+\\.[a-z]+\\b`, "g")),
  ].map(([path]) => path);
  expect([...links, ...named].filter((file) => file !== REFERENCE && !existsSync(join(ROOT, file)))).toEqual(
    [],
  );
});
