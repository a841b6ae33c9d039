import { resolve } from "node:path";
import { Command } from "commander";
import ts from "typescript";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { addCommands } from "../../cli/commands";
import { problemsOf } from "../support/problemsOf";
import { type Snippet, snippetsIn } from "../support/snippets";

const ROOT = resolve(__dirname, "../..");

/**
 * What a fragment takes for granted. A block without an `import` is one; where it begins with the name of an argument, it
 * is a part of the component's arguments. `…` stands for what the reader has.
 */
const GIVEN = [
  'import * as pulumi from "@pulumi/pulumi";',
  'import type { Stack } from "@pulumi/pulumi/automation";',
  'import { PortKnockFirewall, type ConnectionArgs, type PortKnockFirewallArgs, type ServiceArgs } from "pulumi-portknock";',
  "declare const config: pulumi.Config;",
  "declare const connection: ConnectionArgs;",
  "declare const hosts: PortKnockFirewallArgs['hosts'];",
  "declare const ssh: ServiceArgs, admin: ServiceArgs;",
  "declare const machineOf: Record<string, pulumi.Resource>;",
  "declare const stack: Stack;",
  "export {};",
].join("\n");

function programOf({ text }: Snippet): string {
  if (/^import /m.test(text)) return text;
  const whole = text.replaceAll("{ … }", "{} as never").replaceAll(/,? …/g, "");
  return /^"?[\w-]+"?: /.test(whole)
    ? `${GIVEN}\nexport const args: Partial<PortKnockFirewallArgs> = {\n${whole}};\n`
    : `${GIVEN}\n${whole}`;
}

test("every TypeScript of the documents compiles", () => {
  const snippets = snippetsIn("ts");
  const configuration = ts.readConfigFile(resolve(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(configuration.config, ts.sys, ROOT);
  const files = new Map(
    snippets.map((snippet) => [
      resolve(ROOT, "test", `${snippet.place.replaceAll(/[/:]/g, "-")}.mts`),
      snippet,
    ]),
  );
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const snippet = files.get(file);
    return snippet === undefined
      ? getSourceFile(file, ...rest)
      : ts.createSourceFile(file, programOf(snippet), ts.ScriptTarget.ES2022, true);
  };
  const program = ts.createProgram(
    [...files.keys()],
    { ...options, noUnusedLocals: false, paths: { "pulumi-portknock": [resolve(ROOT, "index.ts")] } },
    host,
  );
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const place = files.get(file?.fileName ?? "")?.place ?? file?.fileName;
    return `${place}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(problems).toEqual([]);
  expect(snippets.length).toBeGreaterThan(20);
}, 120_000);

/** What commander says against the words of a command, which does nothing here. */
function refusalOf(words: readonly string[]): string | undefined {
  const program = new Command("portknock")
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, outputError: () => undefined });
  addCommands(program);
  for (const command of program.commands) command.action(() => undefined);
  try {
    program.parse([...words], { from: "user" });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "refused";
  }
}

/** The words of each `portknock` command in shell text, up to what ends it. */
function commandsIn(text: string): readonly (readonly string[])[] {
  return text.split("\n").flatMap((line) =>
    [
      ...line
        .replace(/(?:^|\s)#.*$/, "")
        .trimStart()
        .matchAll(/(?:^|\$\(|[|;&] *|--no )portknock ([^|;&<>)"]*)/g),
    ].map(([, words = ""]) => words.split(/\s+/).filter((word) => word !== "")),
  );
}

test("every portknock command of the documents is one", () => {
  const commands = snippetsIn("sh").flatMap(({ place, text }) =>
    commandsIn(text).map((words) => ({ place, words })),
  );
  const refused = commands.flatMap(({ place, words }) => {
    const refusal = refusalOf(words);
    return refusal === undefined ? [] : [`${place}: portknock ${words.join(" ")}: ${refusal}`];
  });
  expect(refused).toEqual([]);
  expect(commands.length).toBeGreaterThan(15);
});

test("a command that is none is refused", () => {
  expect(refusalOf(["knock", "web-1", "--sequence-fil", "x"])).toMatch(/unknown option/);
});

test("every JSON of the documents is JSON, and every policy is accepted", () => {
  for (const { text } of snippetsIn("json")) JSON.parse(text);
  const policies = snippetsIn("json policy");
  const refused = policies.flatMap(({ place, text }) =>
    problemsOf(JSON.parse(text)).map((problem) => `${place}: ${problem}`),
  );
  expect(refused).toEqual([]);
  expect(policies.length).toBeGreaterThan(0);
});

test("every YAML of the documents is YAML", () => {
  const snippets = ["yaml", "yaml Pulumi.dev.yaml"].flatMap((language) => snippetsIn(language));
  for (const { text } of snippets) parse(text);
  expect(snippets.length).toBeGreaterThan(4);
});
