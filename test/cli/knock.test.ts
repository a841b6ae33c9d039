import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { receiveTokens } from "../support/receiveTokens";
import { slotNow, tokensOf, VECTOR_SECRET } from "../support/tokensOf";
import { portknock, temporaryFile, withoutTime } from "./portknock";

const KNOCKED = "knocked 127.0.0.1: 3 knocks in T s\n";

describe("portknock knock", { timeout: 30_000 }, () => {
  it("knocks with a sequence given as an argument and tells of it in one line without ports", async () => {
    const { exitCode, stdout, stderr } = await portknock([
      ...["knock", "127.0.0.1", "--delay", "10ms"],
      ...["--sequence", "47001,47013/udp,47025"],
    ]);
    expect([exitCode, withoutTime(stdout), stderr]).toEqual([0, KNOCKED, ""]);
  });

  it("knocks with a sequence from a file that only its owner may read", async () => {
    const path = temporaryFile("knocks", "47001,47013/udp,47025\n");
    const { exitCode, stdout, stderr } = await portknock(["knock", "127.0.0.1", "--sequence-file", path]);
    expect([exitCode, withoutTime(stdout), stderr]).toEqual([0, KNOCKED, ""]);
  });

  it("knocks with a sequence from standard input, and prints nothing when it is to be quiet", async () => {
    const args = ["knock", "127.0.0.1", "--quiet", "--sequence-file", "-"];
    expect(await portknock(args, "47001 47013/udp\n")).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  it("waits the delay between one knock and the next", async () => {
    const start = performance.now();
    const args = ["knock", "127.0.0.1", "--delay", "1s", "--sequence", "47001,47013,47025"];
    const { exitCode, stdout } = await portknock(args);
    expect([exitCode, withoutTime(stdout)]).toEqual([0, KNOCKED]);
    expect(performance.now() - start).toBeGreaterThanOrEqual(2000);
  });

  it("rejects a sequence file that others may read", async () => {
    const path = temporaryFile("knocks", "47001,47013\n");
    chmodSync(path, 0o640);
    expect(await portknock(["knock", "127.0.0.1", "--sequence-file", path])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `portknock: ${path}: may be read by others; run: chmod 600 ${path}\n`,
    });
  });

  it("rejects a host without an address of the family that is asked for", async () => {
    expect(await portknock(["knock", "127.0.0.1", "-6", "--sequence", "47001,47013"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "portknock: 127.0.0.1: has no IPv6 address; leave the family open, or give another host\n",
    });
  });

  const HELP = 'see "portknock --help"';
  it.each([
    ["no host", ["knock"], `missing required argument 'HOST'; ${HELP}`],
    [
      "ports after the host, not repeating them",
      ["knock", "h", "47001", "47013"],
      "HOST: is a number; give a name or an address: knocks belong into --sequence-file",
    ],
    [
      "a mistyped option, not repeating its value",
      ["knock", "h", "--sequnce=47001"],
      `unknown option --sequnce; ${HELP}`,
    ],
    ["a negative port as an option", ["knock", "h", "-47001"], `unknown option; ${HELP}`],
    [
      "both families",
      ["knock", "h", "-4", "-6"],
      `option '-4, --ipv4' cannot be used with option '-6, --ipv6'; ${HELP}`,
    ],
    [
      "two sources of the sequence",
      ["knock", "h", "--sequence", "47001,47013", "--sequence-file", "f"],
      `option '--sequence <TEXT>' cannot be used with option '--sequence-file <PATH>'; ${HELP}`,
    ],
    [
      "a delay without a unit",
      ["knock", "h", "--delay", "100", "--sequence", "47001,47013"],
      '--delay: is not a delay; write a number and a unit up to 300s, like "100ms" or "2s"',
    ],
    [
      "a delay that is too long",
      ["knock", "h", "--delay", "301s", "--sequence", "47001,47013"],
      '--delay: is not a delay; write a number and a unit up to 300s, like "100ms" or "2s"',
    ],
    [
      "what is not a sequence, not repeating it",
      ["knock", "h", "--sequence", "47001,ssh"],
      'sequence: knock 2 is not a port; write ports with commas between them, each with an optional protocol: "PORT,PORT/udp,PORT"',
    ],
    [
      "no sequence without a terminal to ask on",
      ["knock", "h"],
      "no sequence, and no terminal to ask on; give --sequence-file, or a host that is enrolled",
    ],
    [
      "a sequence file that is missing",
      ["knock", "h", "--sequence-file", "/nowhere"],
      "/nowhere: no such file; check the path",
    ],
    ["an unknown command, not repeating it", ["47001,47013"], `unknown command; ${HELP}`],
  ])("rejects %s as wrong usage", async (_, args, problem) => {
    expect(await portknock(args)).toEqual({ exitCode: 2, stdout: "", stderr: `portknock: ${problem}\n` });
  });
});

describe("portknock knock with tokens", { timeout: 30_000 }, () => {
  const secretFile = (): string => temporaryFile("alice.token", `${VECTOR_SECRET}\n`);
  const SENT = /^sent 127\.0\.0\.9 one token of alice, good until \d\d:[0-5]2 UTC\n$/;
  const args = (...more: readonly string[]): readonly string[] => [
    ...["knock", "127.0.0.9", "--as", "alice", "--token-file", secretFile()],
    ...more,
  ];

  it("sends one token of the host's name in the program, and says until when it is good", async () => {
    const slots = [slotNow()];
    const received = await receiveTokens("127.0.0.9", async () => {
      const { exitCode, stdout, stderr } = await portknock(args("--name", "web-1"));
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(SENT);
    });
    slots.push(slotNow());
    if (received === undefined) return;
    expect(received).toHaveLength(1);
    expect(tokensOf("web-1", "alice", slots)).toContain(received[0]);
  });

  it("takes what stands before the first dot of the host for that name", async () => {
    const { exitCode, stdout } = await portknock([
      ...["knock", "localhost", "-4", "--as", "alice", "--token-file", secretFile()],
    ]);
    expect([exitCode, stdout.replace(/\d\d:\d\d/, "T")]).toEqual([
      0,
      "sent localhost (127.0.0.1) one token of alice, good until T UTC\n",
    ]);
  });

  it("prints nothing when it is to be quiet", async () => {
    expect(await portknock(args("--name", "web-1", "-q"))).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  it("rejects a host without an address of the family that is asked for", async () => {
    expect(await portknock(args("--name", "web-1", "-6"))).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "portknock: 127.0.0.9: has no IPv6 address; leave the family open, or give another host\n",
    });
  });

  const HELP = 'see "portknock --help"';
  it.each([
    [
      "an address without the host's name",
      ["192.0.2.7", "--as", "alice"],
      "HOST: does not begin with the name of a host in the program; give --name",
    ],
    [
      "a secret without a knocker",
      ["web-1", "--token-file", "f"],
      "--as: is missing; give the knocker's name in the program",
    ],
    [
      "a knocker without a secret and a terminal to ask on",
      ["web-1", "--as", "alice"],
      "no token secret, and no terminal to ask on; give --token-file",
    ],
    [
      "a sequence and a secret",
      ["web-1", "--as", "alice", "--sequence-file", "f"],
      `option '--sequence-file <PATH>' cannot be used with option '--as <KNOCKER>'; ${HELP}`,
    ],
    [
      "a delay of one packet",
      ["web-1", "--token-file", "f", "--delay", "1s"],
      `option '--token-file <PATH>' cannot be used with option '--delay <TIME>'; ${HELP}`,
    ],
  ])("rejects %s as wrong usage", async (_, words, problem) => {
    expect(await portknock(["knock", ...words])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: ${problem}\n`,
    });
  });
});
