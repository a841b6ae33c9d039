import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type RunResult } from "../../lab";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const ROOT = resolve(__dirname, "../..");
const { name, version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

/** What a program of the language finds in the SDK, by file. */
const SDKS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  go: {
    "pulumiportknock/portKnockFirewall.go": [
      "func NewPortKnockFirewall(ctx *pulumi.Context,",
      "Hosts map[string]HostInput",
      "args.Derive = pulumi.ToSecret(args.Derive).(pulumi.StringPtrInput)",
    ],
    "pulumiportknock/pulumiTypes.go": [
      "type HostArgs struct {",
      "type ServiceArgs struct {",
      "type GroupArgs struct {",
    ],
    "pulumiportknock/pulumiEnums.go": [
      'GuardedAnswerReject = GuardedAnswer("reject")',
      'AccessOnce = Access("once")',
    ],
  },
  nodejs: {
    "portKnockFirewall.ts": ["export class PortKnockFirewall extends pulumi.ComponentResource {"],
    "types/enums/index.ts": ['Accept: "accept",', 'Once: "once",', 'Reject: "reject",'],
  },
  python: {
    "pulumi_portknock/port_knock_firewall.py": [
      "class PortKnockFirewall(pulumi.ComponentResource):",
      "hosts: Mapping[str, pulumi.Input['HostArgs']],",
      'additional_secret_outputs=["knockers", "knocks", "rulesets", "tokenSecrets"]',
    ],
    "pulumi_portknock/_enums.py": ['DROP = "drop"', 'ONCE = "once"'],
  },
};

describe.skipIf(realProblem())("of the package, the CLI", () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await createLab();
  });
  afterAll(async () => lab?.dispose());

  const pulumi = (...args: readonly string[]): Promise<RunResult> =>
    lab.operator.run(["pulumi", "package", ...args], {
      cwd: lab.folder,
      env: engineEnvironment(join(lab.folder, "state"), "correct horse"),
      timeoutSeconds: 120,
    });

  test("gets the schema that is checked in", async () => {
    const { stdout } = await pulumi("get-schema", ROOT);
    const schema = JSON.parse(stdout);
    expect([schema.name, schema.version]).toEqual([name, version]);
    const written = JSON.parse(readFileSync(join(ROOT, "schema/pulumi.schema.json"), "utf8"));
    expect(schema.resources).toEqual(written.resources);
    expect(schema.types).toEqual(written.types);
  });

  test.each(Object.entries(SDKS))("generates an SDK for %s", async (language, files) => {
    await pulumi("gen-sdk", ROOT, "--language", language, "--out", lab.folder);
    for (const [file, lines] of Object.entries(files)) {
      const text = readFileSync(join(lab.folder, language, file), "utf8").replace(/ +/g, " ");
      expect(lines.filter((line) => !text.includes(line))).toEqual([]);
    }
  });
});
