import { once } from "node:events";
import { createServer } from "node:net";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { receiveTokens } from "../support/receiveTokens";
import { slotNow, tokensOf, VECTOR_SECRET } from "../support/tokensOf";
import { PORTKNOCK, portknock, temporaryFile } from "./portknock";

const knocks = (): string => temporaryFile("knocks", "47001,47013/udp,47025\n");
const open = (...args: readonly string[]) =>
  portknock(["open", "127.0.0.1", "--sequence-file", knocks(), "--every", "1s", ...args]);

describe("portknock open", { timeout: 30_000 }, () => {
  it("runs a command with its arguments, prints what it prints, and ends as it does", async () => {
    expect(await open("--", "sh", "-c", 'echo "$1"; exit 7', "sh", "--every")).toEqual({
      exitCode: 7,
      stdout: "--every\n",
      stderr: "",
    });
  });

  it("knocks before the command, and again as long as it runs", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.on("error", () => {});
    }).listen(47025, "127.0.0.1");
    try {
      const script = "sleep 2.5";
      expect((await open("--", "sh", "-c", script)).exitCode).toBe(0);
      expect(connections).toBeGreaterThan(1);
    } finally {
      server.close();
    }
  });

  it.each(["SIGTERM", "SIGHUP"] as const)("hands %s on to the command, and waits for it", async (signal) => {
    const [node, ...args] = PORTKNOCK;
    const script = `trap 'echo told; exit 5' ${signal.slice(3)}; echo ready; for i in $(seq 100); do sleep 0.1; done`;
    const running = execa(
      node,
      [...args, "open", "127.0.0.1", "--sequence-file", knocks(), "--", "sh", "-c", script],
      { reject: false },
    );
    await once(running.stdout, "data");
    running.kill(signal);
    const { exitCode, stdout } = await running;
    expect([exitCode, stdout]).toEqual([5, "ready\ntold"]);
  });

  it.each([
    ["without a command", [], 2, "no command to run; write hosts, then -- and the command"],
    ["with nothing behind the dashes", ["--"], 2, "no command to run; write hosts, then -- and the command"],
    [
      "of which nobody knows",
      ["--", "no-such-command"],
      1,
      "the command cannot be started (ENOENT); check its name",
    ],
  ])("is refused %s", async (_, args, exitCode, words) => {
    expect(await open(...args)).toEqual({ exitCode, stdout: "", stderr: `portknock: ${words}\n` });
  });

  it("runs nothing with a sequence in a host's place, and does not repeat it", async () => {
    expect(
      await portknock(["open", "47001,47013", "--sequence-file", knocks(), "--", "echo", "ran"]),
    ).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: "portknock: HOST: is neither a name nor an address; give one of both\n",
    });
  });

  it("runs nothing where a host cannot be looked up", async () => {
    const args = ["open", "no-such-host.invalid", "--sequence-file", knocks(), "--", "echo", "ran"];
    expect(await portknock(args)).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "portknock: no-such-host.invalid: cannot be looked up; check the name and the name server\n",
    });
  });
});

describe("portknock open with tokens", { timeout: 30_000 }, () => {
  const secretFile = (): string => temporaryFile("ci.token", `${VECTOR_SECRET}\n`);
  const openLocalhost = (...args: readonly string[]) =>
    portknock(["open", "localhost", "--as", "ci", "--token-file", secretFile(), ...args]);

  it("sends one before the command, and none soon after: there are 8 in ten minutes", async () => {
    const slots = [slotNow()];
    const received = await receiveTokens("127.0.0.1", async () => {
      expect(await openLocalhost("--", "sh", "-c", "sleep 2.5; echo ran; exit 7")).toEqual({
        exitCode: 7,
        stdout: "ran\n",
        stderr: "",
      });
    });
    slots.push(slotNow());
    if (received === undefined) return;
    expect(received).toHaveLength(1);
    expect(tokensOf("localhost", "ci", slots)).toContain(received[0]);
  });

  it("runs nothing where tokens would run out", async () => {
    const { exitCode, stdout, stderr } = await openLocalhost("--every", "74s", "--", "echo", "ran");
    expect([exitCode, stdout]).toEqual([2, ""]);
    // Twice as much where localhost has two addresses.
    expect(stderr).toMatch(
      /^portknock: --every: uses up more tokens than there are; write (75|150)s or more\n$/,
    );
  });

  it("runs nothing for a host of which nobody says the name", async () => {
    const args = ["open", "127.0.0.1", "--as", "ci", "--token-file", secretFile(), "--", "echo", "ran"];
    expect(await portknock(args)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr:
        "portknock: HOST: does not begin with the name of a host in the program; give every host by a name that does\n",
    });
  });

  it("runs nothing with a sequence and a secret", async () => {
    const { exitCode, stdout, stderr } = await openLocalhost(
      "--sequence-file",
      knocks(),
      "--",
      "echo",
      "ran",
    );
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^portknock: option '--.*' cannot be used with option '--.*'; see "portknock --help"\n$/,
    );
  });
});
