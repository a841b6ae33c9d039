import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { policySchema } from "../../components/policy/written/policySchema";
import { ownFields, sharedFields } from "../../components/policy/written/serviceSchema";
import { documentPages } from "../../site/layPages";
import { readmeSteps } from "../support/readmeSteps";

const ROOT = resolve(__dirname, "../..");
const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");

test("the README's quick start is the example that is copied out and run, program and commands", () => {
  const [, quickStart = ""] = /^## Quick start$([\s\S]*?)^## /m.exec(read("README.md")) ?? [];
  const [, program] = /```ts\n([\s\S]*?)```/.exec(quickStart) ?? [];
  expect(program).toBe(read("examples/one-host/index.ts"));
  const commands = readmeSteps(quickStart).map(({ command }) => command);
  const tried = readmeSteps(read("examples/one-host/README.md")).map(({ command }) => command);
  expect(commands).toEqual(tried.slice(0, commands.length));
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

test.each(documentPages())("whoever names the packed package names this version: %s", (page) => {
  const named = [...read(page).matchAll(/pulumi-portknock-(\d+\.\d+\.\d+)\.tgz/g)].map(([, each]) => each);
  const { version } = JSON.parse(read("package.json"));
  expect(named.filter((each) => each !== version)).toEqual([]);
});
