import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { dialProblems, parseConnection } from "../../components/remote/connection";
import { runOverSsh } from "../../components/remote/runOverSsh";
import { commandPluginProblem, commandPlugins } from "../support/commandPlugins";
import { makeKeyForms } from "../support/keyForms";
import { type PluginProcess, type Properties, startPlugin } from "../support/pluginProcess";
import { type Sshd, sshdProblem, startSshd } from "../support/sshd";
import { makeSshKey, makeSshKeyFile, type SshAgent, startSshAgent } from "../support/sshKeys";
import { connectionTable, type Given } from "./connectionTable";

// Every way to connect, as the command plugin and the probe take it. Where the two differ, a drift check is blind on
// a host that an update reaches.

const PREVIEW = { kind: "preview", onWaiting: () => {}, atOnce: 32, answerSeconds: 30 } as const;

const problem = sshdProblem();
if (problem !== undefined) console.warn(`skipped: the ways to connect: ${problem}`);

const agents: SshAgent[] = [];
let folder: string;
let server: Sshd;
let given: Given;

beforeAll(async () => {
  if (problem !== undefined) return;
  folder = mkdtempSync(join(tmpdir(), "portknock-connections-"));
  const file = (name: string) => join(folder, name);
  const [ecdsa256, ecdsa384, ecdsa521, other, wrong] = await Promise.all([
    makeSshKeyFile("ecdsa", file("ecdsa256"), 256),
    makeSshKeyFile("ecdsa", file("ecdsa384"), 384),
    makeSshKeyFile("ecdsa", file("ecdsa521"), 521),
    makeSshKey(),
    makeSshKey(),
  ]);
  server = await startSshd([256, 384, 521].map((bits) => `HostKey ${file(`ecdsa${bits}`)}`));
  const keys = makeKeyForms();
  appendFileSync(`${server.privateKeyFile}.pub`, keys.publicKeys.join(""));
  const wrongFiles = await Promise.all(
    Array.from({ length: 7 }, async (_, index) => {
      await makeSshKeyFile("ed25519", file(`wrong${index}`));
      return file(`wrong${index}`);
    }),
  );
  const agentWith = async (...files: readonly string[]): Promise<string> => {
    const agent = await startSshAgent(...files);
    agents.push(agent);
    return agent.socket;
  };
  given = {
    keys,
    hostKeys: {
      ...server.hostKeys,
      ecdsa256: ecdsa256.publicKey,
      ecdsa384: ecdsa384.publicKey,
      ecdsa521: ecdsa521.publicKey,
      other: other.publicKey,
    },
    agents: {
      right: await agentWith(server.privateKeyFile),
      rightIsThird: await agentWith(...wrongFiles.slice(0, 2), server.privateKeyFile),
      tooManyWrong: await agentWith(...wrongFiles, server.privateKeyFile),
      empty: await agentWith(),
    },
    wrongKey: wrong.privateKey,
    proxy: login(),
  };
  vi.stubEnv("SSH_AUTH_SOCK", "");
});

afterAll(async () => {
  vi.unstubAllEnvs();
  for (const agent of agents) agent.stop();
  await server?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(problem !== undefined)("the probe", () => {
  test.each(connectionTable)("$what: $ours", async ({ connection, ours }) => {
    expect(await askOverSsh({ ...login(), ...connection(given) })).toContain(ours);
  });
});

describe.skipIf(commandPluginProblem() !== undefined).each(commandPlugins())("$name", ({ path }) => {
  let plugin: PluginProcess;
  beforeAll(async () => {
    plugin = await startPlugin(path);
  });
  afterAll(() => plugin?.stop());

  test.each(connectionTable)("$what: $plugin", async ({ connection, plugin: expected }) => {
    const created = plugin.create({ connection: { ...login(), ...connection(given) }, create: "echo in" });
    expect(await created.then(({ stdout }) => stdout, String)).toContain(expected);
  });
});

/** What the probe brings, or the words of the refusal: the component's, else the probe's own. */
async function askOverSsh(input: Properties): Promise<string> {
  const result = parseConnection("connection", { ...input, dialErrorLimit: undefined });
  const problems =
    result.kind === "refused" ? result.problems : dialProblems("connection", result.connection);
  if (result.kind === "refused" || problems.length > 0) {
    return problems.map(({ path, problem }) => `${path}: ${problem}`).join("\n");
  }
  const run = { command: "echo in", input: "", timeoutSeconds: 20 };
  return runOverSsh(result.connection, run, PREVIEW).then(
    ({ stdout }) => stdout,
    (error: Error) => `it ${error.message}`,
  );
}

function login(): Properties {
  const { port, user, privateKey } = server;
  return { host: "127.0.0.1", port, user, privateKey, dialErrorLimit: 0 };
}
