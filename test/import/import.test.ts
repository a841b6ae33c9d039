import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { type Format, importFile } from "../../components/import/importFile";
import { printNotes } from "../../components/import/printNotes";
import { printProgram } from "../../components/import/printProgram";
import { problemsOf } from "../support/problemsOf";

const folder = import.meta.dirname;
const ROOT = join(folder, "../..");

/** Folder of each case → the file in it, and whose it is. */
const CASES: readonly (readonly [string, string, Format])[] = [
  ["fwknop", "access.conf", "fwknop"],
  ["knockd-commands", "knockd.conf", "knockd"],
  ["knockd-lab", "knockd.conf", "knockd"],
  ["knockd-options", "knockd.conf", "knockd"],
  ["knockd-pairs", "knockd.conf", "knockd"],
  ["knockd-shared", "knockd.conf", "knockd"],
  ["recent-chains", "rules", "iptables"],
  ["recent-one-chain", "rules", "iptables"],
  ["refused", "knockd.conf", "knockd"],
];

function importCase(name: string, file: string) {
  const text = readFileSync(join(folder, name, file), "utf8");
  const result = importFile(text, undefined);
  if (result.kind !== "translated") throw new Error(`${name}: ${result.kind}`);
  return { text, ...result };
}

describe("the import", () => {
  it("has a case for each of these folders", () => {
    const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).toSorted()).toEqual(CASES.map(([name]) => name));
  });

  it.each(CASES)("makes of %s exactly its policy, its notes and its program", async (name, file) => {
    const { policy, notes, problems } = importCase(name, file);
    const said = printNotes(file, [...notes, ...problems]);
    const at = (golden: string): string => join(folder, name, golden);
    await expect(`${JSON.stringify(policy, undefined, 2)}\n`).toMatchFileSnapshot(at("policy.json"));
    await expect(`${said.join("\n")}\n`).toMatchFileSnapshot(at("notes.txt"));
    await expect(printProgram(policy)).toMatchFileSnapshot(at("program.ts.txt"));
  });

  it.each(CASES)("tells by its shape whose file %s is", (name, file, format) => {
    const { text, kind, ...result } = importCase(name, file);
    expect(importFile(text, format)).toEqual({ kind, ...result });
  });

  it.each(CASES.filter(([name]) => name !== "refused"))(
    "makes of %s a policy that is fine once it has its tokens",
    (name, file) => {
      const { policy, problems } = importCase(name, file);
      const { knockers = {} } = policy;
      const withTokens = Object.entries(knockers).map(([knocker, fields], index) => [
        knocker,
        fields.token === undefined ? fields : { ...fields, token: `${index}`.repeat(64) },
      ]);
      const input = { ...policy, ...(withTokens.length > 0 && { knockers: Object.fromEntries(withTokens) }) };
      expect([problems, problemsOf(input)]).toEqual([[], []]);
    },
  );

  it("makes programs that compile", () => {
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(join(ROOT, "tsconfig.json"), ts.sys.readFile).config,
      ts.sys,
      ROOT,
    );
    const programs = new Map(
      CASES.map(([name, file]) => [
        join(ROOT, "test", `${name}.mts`),
        printProgram(importCase(name, file).policy),
      ]),
    );
    const host = ts.createCompilerHost(options);
    const { fileExists, getSourceFile } = host;
    host.fileExists = (file) => programs.has(file) || fileExists(file);
    host.getSourceFile = (file, ...rest) => {
      const program = programs.get(file);
      return program === undefined
        ? getSourceFile(file, ...rest)
        : ts.createSourceFile(file, program, ts.ScriptTarget.ES2022, true);
    };
    const paths = { "pulumi-portknock": [join(ROOT, "index.ts")] };
    const program = ts.createProgram([...programs.keys()], { ...options, paths }, host);
    const problems = ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
    expect(problems).toEqual([]);
  }, 120_000);

  it("rejects the words that stand for a token, as long as they stand there", () => {
    const { policy } = importCase("knockd-options", "knockd.conf");
    expect(problemsOf(policy)).toEqual([
      'knockers.mail.token: is neither base64 nor hexadecimal digits; give 32 random bytes, as "openssl rand -base64 32" prints them',
    ]);
  });

  it("takes no key of fwknop over", () => {
    const { policy, notes } = importCase("fwknop", "access.conf");
    const printed = JSON.stringify([policy, notes, printProgram(policy)]);
    for (const key of ["c2VjcmV0", "YW5vdGhl", "passphrase", "ABCD1234"]) expect(printed).not.toContain(key);
  });

  it.each(["", "# nothing\n", "hello\n", '{ "services": {} }', "\0\0\0"])(
    "rejects %j, which is of none of these programs",
    (text) => {
      expect(importFile(text, undefined)).toEqual({ kind: "otherFile" });
    },
  );
});
