import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Connection, parseConnection } from "../../components/remote/connection";
import type { Patience } from "../../components/remote/redial";
import { runOverSsh } from "../../components/remote/runOverSsh";
import { type Sshd, sshdProblem, startSshd } from "../support/sshd";
import { makeSshKey } from "../support/sshKeys";

// How often and how long the probe dials: as the command plugin does in an update, less in a preview, and a few at a
// time at one server.

const problem = sshdProblem();
if (problem !== undefined) console.warn(`skipped: how long the probe dials: ${problem}`);

const RUN = { command: "echo in", input: "", timeoutSeconds: 20 };

describe.skipIf(problem !== undefined)("the probe", () => {
  let host: Sshd;
  beforeAll(async () => {
    host = await startSshd();
    vi.stubEnv("SSH_AUTH_SOCK", "");
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await host?.stop();
  });

  const connection = (changes: object = {}): Connection => {
    const { port, user, privateKey } = host;
    const result = parseConnection("connection", { host: "127.0.0.1", port, user, privateKey, ...changes });
    if (result.kind === "refused") throw new Error(JSON.stringify(result.problems));
    return result.connection;
  };
  const ask = (asked: Connection, kind: Patience["kind"], onWaiting: Patience["onWaiting"] = () => {}) =>
    runOverSsh(asked, RUN, { kind, onWaiting, atOnce: 32, answerSeconds: 30 }).then(
      ({ stdout }) => stdout.trim(),
      String,
    );

  test("of many hosts behind one proxy is turned away from none: sshd's default would turn some away", async () => {
    // From ten that are about to log in on, nobody else may; the default turns some away there. A busy sshd counts
    // somebody for a moment longer than he takes to log in, so a stricter limit would turn away who comes in his stead.
    const proxy = await startSshd(["MaxStartups 10:100:10"]);
    try {
      const { port, user, privateKey } = proxy;
      const through = connection({ proxy: { host: "127.0.0.1", port, user, privateKey } });
      const answers = await Promise.all(Array.from({ length: 24 }, () => ask(through, "preview")));
      expect(new Set(answers)).toEqual(new Set(["in"]));
      expect([proxy.connectionCount(), proxy.log().filter((line) => /MaxStartups/.test(line))]).toEqual([
        24,
        [],
      ]);
    } finally {
      await proxy.stop();
    }
  });

  test("gets in at a server that first turns it away, with fewer forgiven errors", async () => {
    const busy = await startBusyServer(6, host.port);
    expect(await ask(connection({ port: busy.port, dialErrorLimit: 0 }), "preview")).toBe("in");
    expect(busy.count()).toBe(7);
    busy.server.close();
  });

  test.each([
    { dialErrorLimit: 0, dials: 8 },
    { dialErrorLimit: 9, dials: 10 },
  ])(
    "dials a server that turns everybody away $dials times with a limit of $dialErrorLimit",
    async ({ dialErrorLimit, dials }) => {
      const busy = await startBusyServer(Number.POSITIVE_INFINITY, host.port);
      const answer = await ask(connection({ port: busy.port, dialErrorLimit }), "update");
      expect([answer, busy.count()]).toEqual(["Error: closed the connection", dials]);
      busy.server.close();
    },
  );

  test("rejects a login that fails after one dial in a preview, and after its limit in an update", async () => {
    const { privateKey } = await makeSshKey();
    for (const { kind, dials } of [
      { kind: "preview", dials: 1 },
      { kind: "update", dials: 3 },
    ] as const) {
      const before = host.connectionCount();
      expect(await ask(connection({ privateKey, dialErrorLimit: 2 }), kind)).toBe(
        "Error: accepted none of the ways to log in",
      );
      expect(host.connectionCount() - before).toBe(dials);
    }
  });

  test("gives up on a host that is away after 20 seconds in a preview without a limit, and says so meanwhile", async () => {
    const away = await startBusyServer(0, host.port);
    away.server.close();
    await once(away.server, "close");
    const words: string[] = [];
    const started = Date.now();
    const answer = await ask(connection({ port: away.port, dialErrorLimit: -1 }), "preview", (said) => {
      words.push(said);
    });
    const seconds = (Date.now() - started) / 1000;
    expect([answer, words]).toEqual([
      "Error: refused the connection",
      [expect.stringMatching(/^has been dialled for 1\d seconds so far: it refused the connection$/)],
    ]);
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThan(30);
  });
});

/** Hangs up on the first so many connections, and lets the others through to a port. */
async function startBusyServer(
  turnedAway: number,
  port: number,
): Promise<{ port: number; count: () => number; server: Server }> {
  let count = 0;
  const server = createServer((socket) => {
    count += 1;
    socket.on("error", () => {});
    if (count <= turnedAway) {
      socket.destroy();
      return;
    }
    const onward = createConnection({ host: "127.0.0.1", port });
    onward.on("error", () => socket.destroy());
    socket.pipe(onward).pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, count: () => count, server };
}
