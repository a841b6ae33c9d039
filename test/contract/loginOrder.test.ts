import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { parseConnection } from "../../components/remote/connection";
import { runOverSsh } from "../../components/remote/runOverSsh";
import { commandPluginProblem, commandPlugins } from "../support/commandPlugins";
import { type PluginProcess, type Properties, startPlugin } from "../support/pluginProcess";
import { sshdProblem } from "../support/sshd";
import { makeSshKey, type SshAgent, type SshKey, startSshAgentWith } from "../support/sshKeys";
import { type StrictRules, type StrictServer, startStrictServer } from "../support/strictServer";

// In which order the command plugin and the probe try to log in. A failed login is what fail2ban counts: the probe must
// make none that the plugin does not.

const PREVIEW = { kind: "preview", onWaiting: () => {}, atOnce: 32, answerSeconds: 30 } as const;

const problem = sshdProblem();
if (problem !== undefined) console.warn(`skipped: the order of logging in: ${problem}`);

const PASSWORD = "swordfish";

interface Login {
  readonly key?: "right" | "wrong";
  readonly password?: "right" | "wrong";
  readonly agent?: "right" | "wrong";
}

interface Case extends Pick<StrictRules, "steps" | "offers"> {
  readonly what: string;
  readonly login: Login;
  readonly tries: readonly string[];
  readonly outcome: "in" | "refused";
}

const KEY = ["publickey?", "publickey"];

const cases: readonly Case[] = [
  {
    what: "a key comes before a password",
    login: { key: "right", password: "right" },
    steps: ["publickey"],
    offers: ["publickey", "password", "keyboard-interactive"],
    tries: ["none", ...KEY],
    outcome: "in",
  },
  {
    what: "a password is tried where the key is not known",
    login: { key: "wrong", password: "right" },
    steps: ["password"],
    offers: ["publickey", "password", "keyboard-interactive"],
    tries: ["none", "publickey?", "password"],
    outcome: "in",
  },
  {
    what: "a password is not tried where the server takes none",
    login: { key: "wrong", password: "right" },
    steps: ["publickey"],
    tries: ["none", "publickey?"],
    outcome: "refused",
  },
  {
    what: "a wrong password is given twice where the server asks in two ways",
    login: { password: "wrong" },
    steps: ["password"],
    offers: ["password", "keyboard-interactive"],
    tries: ["none", "password", "keyboard-interactive"],
    outcome: "refused",
  },
  {
    what: "a password answers questions",
    login: { password: "right" },
    steps: ["keyboard-interactive"],
    tries: ["none", "keyboard-interactive"],
    outcome: "in",
  },
  {
    what: "a password comes before an agent",
    login: { password: "right", agent: "right" },
    steps: ["publickey"],
    offers: ["password", "publickey"],
    tries: ["none", "password", ...KEY],
    outcome: "in",
  },
  {
    what: "next to a private key no agent gets its turn",
    login: { key: "wrong", agent: "right" },
    steps: ["publickey"],
    tries: ["none", "publickey?"],
    outcome: "refused",
  },
  {
    what: "a key and then a password, where the server wants both",
    login: { key: "right", password: "right" },
    steps: ["publickey", "password"],
    tries: ["none", ...KEY, "password"],
    outcome: "in",
  },
  {
    what: "an agent and then a password, where the server wants both",
    login: { agent: "right", password: "right" },
    steps: ["publickey", "password"],
    tries: ["none", ...KEY, "password"],
    outcome: "in",
  },
  {
    what: "a password and then a key",
    login: { key: "right", password: "right" },
    steps: ["password", "publickey"],
    tries: ["none", "password", ...KEY],
    outcome: "in",
  },
  {
    what: "nothing, where the server lets everybody in",
    login: { key: "right", password: "right" },
    steps: ["none"],
    tries: ["none"],
    outcome: "in",
  },
];

let keys: Readonly<Record<"right" | "wrong", SshKey>>;
let agents: Readonly<Record<"right" | "wrong", SshAgent>>;
let server: StrictServer | undefined;

beforeAll(async () => {
  if (problem !== undefined) return;
  const [right, wrong] = await Promise.all([makeSshKey(), makeSshKey()]);
  keys = { right, wrong };
  agents = { right: await startSshAgentWith(right), wrong: await startSshAgentWith(wrong) };
  vi.stubEnv("SSH_AUTH_SOCK", "");
});
afterEach(() => server?.stop());
afterAll(() => {
  vi.unstubAllEnvs();
  agents?.right.stop();
  agents?.wrong.stop();
});

const start = async ({ steps, offers }: Case): Promise<StrictServer> => {
  const { publicKey } = keys.right;
  server = await startStrictServer({ steps, ...(offers && { offers }), password: PASSWORD, publicKey });
  return server;
};

const connection = ({ port }: StrictServer, { key, password, agent }: Login): Properties => ({
  host: "127.0.0.1",
  port,
  dialErrorLimit: 0,
  ...(key && { privateKey: keys[key].privateKey }),
  ...(password && { password: password === "right" ? PASSWORD : "guess" }),
  ...(agent && { agentSocketPath: agents[agent].socket }),
});

describe.skipIf(problem !== undefined)("the probe", () => {
  test.each(cases)("$what", async (each) => {
    const strict = await start(each);
    const parsed = parseConnection("connection", connection(strict, each.login));
    if (parsed.kind === "refused") throw new Error(JSON.stringify(parsed.problems));
    const run = { command: "true", input: "", timeoutSeconds: 20 };
    const outcome = await runOverSsh(parsed.connection, run, PREVIEW).then(({ stdout }) => stdout, String);
    expect([outcome, strict.attempts()]).toEqual([
      each.outcome === "in" ? "in" : "Error: accepted none of the ways to log in",
      [each.tries],
    ]);
  });
});

describe.skipIf(commandPluginProblem() !== undefined).each(commandPlugins())("$name", ({ path }) => {
  let plugin: PluginProcess;
  beforeAll(async () => {
    plugin = await startPlugin(path);
  });
  afterAll(() => plugin?.stop());

  test.each(cases)("$what", async (each) => {
    const strict = await start(each);
    const created = plugin.create({ connection: connection(strict, each.login), create: "true" });
    const outcome = await created.then(({ stdout }) => stdout, String);
    expect([outcome, strict.attempts()]).toEqual([
      each.outcome === "in" ? "in" : expect.stringContaining("ssh: handshake failed"),
      [each.tries],
    ]);
  });
});
