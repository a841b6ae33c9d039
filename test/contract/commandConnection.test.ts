import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandPluginProblem, commandPlugins } from "../support/commandPlugins";
import { type PluginProcess, type Properties, startPlugin } from "../support/pluginProcess";
import { type Sshd, startSshd } from "../support/sshd";
import { makeSshKey, type SshAgent, startSshAgent } from "../support/sshKeys";

// How `command:remote:Command` 1.2.1 connects to a host.

const problem = commandPluginProblem();
if (problem !== undefined) console.warn(`skipped: how the command plugin connects: ${problem}`);

let sshd: Sshd;
let agent: SshAgent;

beforeAll(async () => {
  if (problem !== undefined) return;
  sshd = await startSshd();
  agent = await startSshAgent(sshd.privateKeyFile);
});

afterAll(async () => {
  agent?.stop();
  await sshd?.stop();
});

describe.skipIf(problem !== undefined).each(commandPlugins())("$name", ({ path }) => {
  let plugin: PluginProcess;
  beforeAll(async () => {
    plugin = await startPlugin(path);
  });
  afterAll(() => plugin?.stop());

  const run = (inputs: Properties, connection: Properties) => plugin.create({ connection, ...inputs });

  describe("a connection", () => {
    test("has defaults, its proxy too", async () => {
      const { connection } = await plugin.check({
        connection: { host: "h", proxy: { host: "p" } },
        create: "true",
      });
      const defaults = { port: 22, user: "root", dialErrorLimit: 10, perDialTimeout: 15 };
      expect(connection).toEqual({ host: "h", ...defaults, proxy: { host: "p", ...defaults } });
    });

    test("rejects a field that is not one of its own", async () => {
      const connection = { host: "h", colour: "red", proxy: { host: "p", colour: "red" } };
      await expect(plugin.check({ connection, create: "true" })).rejects.toThrow(/^connection: .*colour/s);
    });

    test("is dialled once more than its limit of errors", async () => {
      for (const dialErrorLimit of [0, 2]) {
        const deaf = await startDeafServer();
        await expect(run({ create: "true" }, login({ port: deaf.port, dialErrorLimit }))).rejects.toThrow(
          `after ${dialErrorLimit} failed attempts: `,
        );
        expect(deaf.count()).toBe(dialErrorLimit + 1);
        deaf.server.close();
      }
    });

    test("rejects a wrong key after as many dials as a server that is away", async () => {
      const before = sshd.connectionCount();
      const { privateKey } = await makeSshKey();
      await expect(run({ create: "true" }, login({ privateKey }))).rejects.toThrow(
        "after 1 failed attempts: ssh: handshake failed: ",
      );
      expect(sshd.connectionCount()).toBe(before + 2);
    });

    test("rejects an unreadable private key without dialling", async () => {
      const before = sshd.connectionCount();
      await expect(run({ create: "true" }, login({ privateKey: "rubbish" }))).rejects.toThrow("ssh: ");
      expect(sshd.connectionCount()).toBe(before);
    });

    test("goes through a proxy", async () => {
      const proxy = await startSshd();
      try {
        const through = {
          host: "127.0.0.1",
          port: proxy.port,
          user: proxy.user,
          privateKey: proxy.privateKey,
        };
        const create = "echo $SSH_CONNECTION";
        const { stdout } = await run(
          { create },
          login({ proxy: { ...through, hostKey: proxy.hostKeys.ed25519 } }),
        );
        expect(stdout).toMatch(new RegExp(`^127.0.0.1 \\d+ 127.0.0.1 ${sshd.port}$`));
        expect(proxy.connectionCount()).toBe(1);
        await expect(
          run(
            { create },
            login({ proxy: { ...through, hostKey: sshd.hostKeys.ed25519, dialErrorLimit: 0 } }),
          ),
        ).rejects.toThrow("proxy: after 0 failed attempts: ssh: handshake failed: ");
      } finally {
        await proxy.stop();
      }
    });
  });

  describe("a host key", () => {
    test("that is the server's lets the command run", async () => {
      const hostKey = sshd.hostKeys.ed25519;
      expect(await run({ create: "echo in" }, login({ hostKey }))).toMatchObject({ stdout: "in" });
    });

    test("rejects another server", async () => {
      const { publicKey: hostKey } = await makeSshKey();
      await expect(run({ create: "echo in" }, login({ hostKey }))).rejects.toThrow("ssh: handshake failed: ");
    });

    test("rejects the server itself when it is an RSA key, as today's servers sign with newer algorithms", async () => {
      const hostKey = sshd.hostKeys.rsa;
      await expect(run({ create: "echo in" }, login({ hostKey }))).rejects.toThrow("ssh: handshake failed: ");
    });

    test("rejects what is no key without dialling", async () => {
      const before = sshd.connectionCount();
      await expect(run({ create: "true" }, login({ hostKey: "rubbish" }))).rejects.toThrow(
        "failed to parse host key: ",
      );
      expect(sshd.connectionCount()).toBe(before);
    });
  });

  describe("an agent", () => {
    test("logs in by its path", async () => {
      const connection = login({ privateKey: undefined, agentSocketPath: agent.socket });
      expect(await run({ create: "echo in" }, connection)).toMatchObject({ stdout: "in" });
    });

    test("logs in when the environment names it", async () => {
      const own = await startPlugin(path, { SSH_AUTH_SOCK: agent.socket });
      const connection = login({ privateKey: undefined });
      const created = await own.create({ connection, create: "echo in" }).finally(own.stop);
      expect(created).toMatchObject({ stdout: "in" });
    });

    test("is not asked for keys next to a private key", async () => {
      const { privateKey } = await makeSshKey();
      const connection = login({ privateKey, agentSocketPath: agent.socket });
      await expect(run({ create: "true" }, connection)).rejects.toThrow("ssh: handshake failed: ");
    });

    test("rejects even a private key when the environment names one that is gone", async () => {
      const own = await startPlugin(path, { SSH_AUTH_SOCK: "/nowhere/agent" });
      const created = own.create({ connection: login(), create: "echo in" }).finally(own.stop);
      await expect(created).rejects.toThrow("dial unix /nowhere/agent: ");
    });
  });
});

function login(changes: Properties = {}): Properties {
  const { port, user, privateKey } = sshd;
  return { host: "127.0.0.1", port, user, privateKey, dialErrorLimit: 1, ...changes };
}

/** A server that hangs up on everybody. */
async function startDeafServer(): Promise<{ port: number; count: () => number; server: Server }> {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, count: () => count, server };
}
