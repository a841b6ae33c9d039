import { chmodSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isPlain } from "../../cli/chooseToken";
import { tokenLines } from "../../cli/tokenLines";
import { slotNow, tokensOf, VECTOR_SECRET } from "../support/tokensOf";
import { type Outcome, portknock, temporaryFile } from "./portknock";

const secretFile = (text = VECTOR_SECRET): string => temporaryFile("alice.token", `${text}\n`);
const token = (...args: readonly string[]): Promise<Outcome> =>
  portknock(["token", "web-1", "--as", "alice", "--secret-file", secretFile(), ...args]);

/** A slot may end while the command runs. */
async function whileSlotsAre(run: () => Promise<Outcome>): Promise<[Outcome, readonly string[]]> {
  const before = slotNow();
  const outcome = await run();
  return [outcome, tokensOf("web-1", "alice", [...new Set([before, slotNow()])])];
}

describe("portknock token", { timeout: 30_000 }, () => {
  it("prints for a program one token that works now, and nothing else", async () => {
    const [{ exitCode, stdout, stderr }, tokens] = await whileSlotsAre(() => token("--raw"));
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(tokens.map((each) => `${each}\n`)).toContain(stdout);
  });

  it("takes the secret in base64 and from standard input, and makes the same of it", async () => {
    const args = ["token", "web-1", "--as", "alice", "--secret-file", "-", "--raw"];
    const base64 = Buffer.from(VECTOR_SECRET, "hex").toString("base64");
    const [{ stdout }, tokens] = await whileSlotsAre(() => portknock(args, `${base64}\n`));
    expect(tokens).toContain(stdout.trim());
  });

  it("makes other tokens for another host and for another knocker", async () => {
    for (const [host, as] of [
      ["web-2", "alice"],
      ["web-1", "bob"],
    ] as const) {
      const args = ["token", host, "--as", as, "--secret-file", secretFile(), "--raw"];
      const [{ stdout }, tokens] = await whileSlotsAre(() => portknock(args));
      expect(stdout).toMatch(/^[0-9a-f]{32}\n$/);
      expect(tokens).not.toContain(stdout.trim());
    }
  });

  it("prints for a person the token, from when to when it works, and lines that send it", async () => {
    const { exitCode, stdout, stderr } = await token("--address", "203.0.113.10");
    expect([exitCode, stderr]).toEqual([0, ""]);
    const [title, , shown = "", , works] = stdout.split("\n");
    expect(title).toBe("A token of alice for web-1. It opens once.");
    expect(works).toMatch(/^ {2}works \d{4}-\d\d-\d\d \d\d:[0-5]8 to \d\d:[0-5]2 UTC$/);
    for (const { systems, lines } of tokenLines(shown.trim(), "203.0.113.10")) {
      expect(stdout).toContain(`\n\n${systems}\n${lines.map((line) => `  ${line}\n`).join("")}`);
    }
  });

  it("prints scratch codes for paper, each with the time in which it lives, and nothing else", async () => {
    const first = slotNow();
    const { exitCode, stdout } = await token("--count", "3");
    const lines = stdout.trimEnd().split("\n");
    expect([exitCode, lines.length]).toEqual([0, 3]);
    const slots = Array.from({ length: 4 }, (_, index) => first + index);
    const codes = lines.map((line) => {
      const [, day, from, to, digits = ""] =
        /^(\S{10}) (\d\d:\d\d) to (\d\d:\d\d) UTC {2}([0-9a-f ]+)$/.exec(line) ?? [];
      const slot = slots.find((each) =>
        tokensOf("web-1", "alice", [each]).includes(digits.replace(/ /g, "")),
      );
      const clock = (seconds: number) => new Date(seconds * 1000).toISOString();
      const [begin, end] = [clock((slot ?? 0) * 600 - 120), clock((slot ?? 0) * 600 + 720)];
      expect([day, from, to]).toEqual([begin.slice(0, 10), begin.slice(11, 16), end.slice(11, 16)]);
      return slot;
    });
    expect(codes.map((slot) => (slot ?? 0) - (codes[0] ?? 0))).toEqual([0, 1, 2]);
  });

  it("says the time of this machine as well, where that is not UTC", async () => {
    const args = ["token", "web-1", "--as", "alice", "--secret-file", "-", "--count", "1"];
    const { stdout } = await portknock(args, VECTOR_SECRET, { timeZone: "Asia/Kathmandu" });
    const [local, utc] = [...stdout.matchAll(/(\S{10}) (\d\d:\d\d) to (\d\d:\d\d) (\+05:45|UTC)/g)].map(
      ([, day, from, to, zone = ""]) => {
        const offset = zone === "UTC" ? "Z" : zone;
        const [begin, end] = [from, to].map((clock) => Date.parse(`${day}T${clock}:00${offset}`));
        return { zone, begin, minutes: (((end ?? 0) - (begin ?? 0)) / 60_000 + 1440) % 1440 };
      },
    );
    expect([local?.zone, local?.minutes, utc?.zone, utc?.minutes]).toEqual(["+05:45", 14, "UTC", 14]);
    expect(local?.begin).toBe(utc?.begin);
  });

  it("refuses a secret file that others may read", async () => {
    const path = secretFile();
    chmodSync(path, 0o644);
    expect(await portknock(["token", "web-1", "--as", "alice", "--secret-file", path])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: `portknock: ${path}: may be read by others; run: chmod 600 ${path}\n`,
    });
  });

  const NAMES_BEGIN = "begin with a letter, then letters, digits and dashes, 32 at most";
  it.each([
    ["no knocker", ["web-1"], "--as: is missing; give the knocker's name in the program"],
    ["what is no knocker", ["web-1", "--as", "a b"], `--as: is not the name of a knocker; ${NAMES_BEGIN}`],
    [
      "a name on the network in a name's place",
      ["web-1.example.com", "--as", "alice"],
      `NAME: is not the name of a host in the program; ${NAMES_BEGIN}`,
    ],
    [
      "no secret without a terminal to ask on",
      ["web-1", "--as", "alice"],
      "no token secret, and no terminal to ask on; give --secret-file",
    ],
    [
      "an address that a shell would take apart, not repeating it",
      ["web-1", "--as", "alice", "--address", "a;reboot"],
      "--address: is not a name or an address; give one, without a port or a user",
    ],
    [
      "a count that is none",
      ["web-1", "--as", "alice", "--count", "0"],
      "--count: is not a number of tokens; write one from 1 to 1000",
    ],
  ])("rejects %s as wrong usage", async (_, args, problem) => {
    expect(await portknock(["token", ...args])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: ${problem}\n`,
    });
  });

  it.each([
    ["too short", "c0ffee", "has fewer than 32 bytes"],
    ["neither base64 nor digits", "correct horse battery staple", "is neither base64 nor hexadecimal digits"],
  ])("rejects a secret that is %s, not repeating it", async (_, secret, problem) => {
    const args = ["token", "web-1", "--as", "alice", "--secret-file", secretFile(secret)];
    expect(await portknock(args)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: token secret: ${problem}; give 32 random bytes, as "openssl rand -base64 32" prints them\n`,
    });
  });
});

describe("the lines that send a token", () => {
  // Some of its bytes are those of a quote, a percent sign, a backslash, a dot and a blank.
  const HEX = "c0de25416b5c2e22275b61ff7f09200d";
  const lines = tokenLines(HEX, "192.0.2.7").flatMap((each) => each.lines);
  const line = (begin: string): string => lines.find((each) => each.startsWith(begin)) ?? "";
  const bytesOf = (text: string, escaped: RegExp, base: number): string =>
    [...text.matchAll(escaped)]
      .map(([, digits = ""]) => Number.parseInt(digits, base).toString(16).padStart(2, "0"))
      .join("");

  it("say the same token in every notation", () => {
    expect(bytesOf(line("bash"), /\\x(..)/g, 16)).toBe(HEX);
    expect(bytesOf(line("printf"), /\\([0-7]{3})/g, 8)).toBe(HEX);
    expect(bytesOf(line("curl "), /%(..)/g, 16)).toBe(HEX);
    expect(bytesOf(line("curl.exe"), /%(..)/g, 16)).toBe(HEX);
    expect(bytesOf(line("(New-Object").split("byte[]]")[1] ?? "", /[(,](\d+)(?=[,)])/g, 10)).toBe(`${HEX}10`);
    expect(line("perl")).toContain(`pack("H*","${HEX}")`);
    expect(line("python3")).toContain(`bytes.fromhex("${HEX}"), ("192.0.2.7", 9)`);
    expect(lines).toContain(`ping -c 1 -p ${HEX} 192.0.2.7`);
  });

  it("give dig one label of 16 bytes, shorter than 64 characters", () => {
    for (const [, label = ""] of [line("dig"), line("nslookup")].map((each) => /'(.*)\.'/.exec(each) ?? [])) {
      const unescaped = label.replace(/\\(\d{3})/g, (_, digits) => String.fromCharCode(Number(digits)));
      expect(Buffer.from(unescaped, "latin1").toString("hex")).toBe(HEX);
      expect(label.length).toBeLessThan(64);
    }
  });

  it("give macOS, whose pattern begins 8 bytes earlier, the halves the other way round", () => {
    expect(lines).toContain("ping -c 1 -p 275b61ff7f09200dc0de25416b5c2e22 192.0.2.7");
    expect(tokenLines(HEX, "2001:db8::7").flatMap((each) => each.lines)).toContain(
      "ping6 -c 1 -s 56 -p 275b61ff7f09200dc0de25416b5c2e22 2001:db8::7",
    );
  });

  it("are for tokens that all of them can carry: no zero byte, no line feed, something plain", async () => {
    const { stdout } = await token("--count", "300", "--raw");
    const tokens = stdout.trimEnd().split("\n");
    expect(new Set(tokens).size).toBe(300);
    for (const each of tokens) {
      const bytes = [...Buffer.from(each, "hex")];
      expect(bytes.filter((byte) => byte === 0 || byte === 10)).toEqual([]);
      expect(bytes.some(isPlain)).toBe(true);
    }
  });
});
