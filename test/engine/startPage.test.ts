import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, type RunResult } from "../../lab";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const ROOT = resolve(__dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/start.md"), "utf8");
const SEQUENCE = "7000,8000/udp,9000";

/** The first block that stands behind a text of the page. */
function blockBehind(text: string): string {
  const [, behind = ""] = PAGE.split(text);
  const [, block = ""] = /```\w+\n([\s\S]*?)```/.exec(behind) ?? [];
  if (block === "") throw new Error(`docs/start.md has no block behind ${text}`);
  return block;
}

describe.skipIf(realProblem())("the page that starts in five minutes", () => {
  let lab: Lab;
  let host: LabHost;
  let reader: LabClient;
  let folder: string;

  beforeAll(async () => {
    lab = await createLab();
    [host, reader] = await Promise.all([lab.addHost("web-1"), lab.addClient("reader")]);
    folder = join(lab.folder, "start");
    mkdirSync(join(folder, "state"), { recursive: true });
    // What its `npm install` brings, as the checkout has it; how the package installs, test/package tries.
    mkdirSync(join(folder, "node_modules"));
    for (const name of ["@pulumi", "@types", "typescript"]) {
      symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
    }
    symlinkSync(ROOT, join(folder, "node_modules/pulumi-portknock"));
    writeFileSync(join(folder, "package.json"), '{ "name": "start" }');
    writeFileSync(join(folder, "Pulumi.yaml"), blockBehind("`Pulumi.yaml`:"));
    writeFileSync(join(folder, "tsconfig.json"), blockBehind("`tsconfig.json`:"));
    const program = blockBehind("`index.ts`, with your host's address")
      .replace("203.0.113.10", host.address4)
      .replace(/hostKey: "[^"]*"/, `hostKey: "${host.hostKey}"`)
      .replace("198.51.100.7", lab.operator.address4);
    writeFileSync(join(folder, "index.ts"), program);
  });
  afterAll(async () => lab?.dispose());

  /** A command of the page, with what a person would answer on standard input. */
  const type = (command: string, input = ""): Promise<RunResult> =>
    lab.operator.run(["sh", "-eu", "-c", command.replaceAll("~/.ssh/id_ed25519", lab.privateKeyPath)], {
      cwd: folder,
      env: {
        ...engineEnvironment(join(folder, "state"), "correct horse"),
        PULUMI_OPTION_NON_INTERACTIVE: "true",
        PULUMI_OPTION_YES: "true",
        PULUMI_SKIP_CONFIRMATIONS: "true",
        SSH_AUTH_SOCK: "",
      },
      input,
      timeoutSeconds: 240,
    });
  const connect = async (): Promise<boolean> => {
    const tried = await reader.run(["nc", "-z", "-w", "3", host.address4, "22"], { check: false });
    return tried.exitCode === 0;
  };

  test("leads to a host that opens to who knocks, and to nobody else", async () => {
    // Where the states are, the environment says.
    const [, initialize = "", sequence = "", key = ""] = blockBehind("## 2. A stack and its secrets").split(
      "\n",
    );
    await type(initialize);
    await type(sequence, SEQUENCE);
    await type(key);
    const [preview = "", up = ""] = blockBehind("## 3. Look, then do it").split("\n");
    await type(preview);
    await type(up);
    expect(await connect()).toBe(false);

    const handedOut = await type("pulumi stack output knocks --show-secrets");
    expect(JSON.parse(handedOut.stdout)).toEqual({ "web-1": { ssh: "7000/tcp,8000/udp,9000/tcp" } });
    const knock = [process.execPath, join(ROOT, "dist/cli/main.js"), "knock", host.address4];
    await reader.run([...knock, "--sequence-file", "-"], { input: SEQUENCE });
    expect(await connect()).toBe(true);
  });

  test("ends with the host as it was", async () => {
    await type(blockBehind("## 5. Take it away"));
    expect((await host.run("nft list tables")).stdout).toBe("");
    expect(await connect()).toBe(true);
  });
});
