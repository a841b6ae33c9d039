import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { VECTOR_SECRET } from "../support/tokensOf";
import { PORTKNOCK, withoutTime } from "./portknock";

// util-linux's `script` gives a process a terminal; the BSD one has other options.
const hasScript =
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;
if (!hasScript) {
  console.warn("skipped: the prompt needs a terminal: install util-linux's `script`");
}

describe.skipIf(!hasScript)("portknock knock on a terminal", { timeout: 30_000 }, () => {
  it("asks for the sequence and does not show it", async () => {
    expect(await answerPrompt("47001,47013/udp\r")).toEqual({
      exitCode: 0,
      screen: "Knock sequence: \r\nknocked 127.0.0.1: 2 knocks in T s\r\n",
    });
  });

  it("asks for the secret of tokens and does not show it", async () => {
    const { exitCode, screen } = await answerPrompt(`${VECTOR_SECRET}\r`, {
      args: ["knock", "127.0.0.1", "--name", "web-1", "--as", "alice"],
      prompt: "Token secret:",
    });
    expect([exitCode, screen.replace(/\d\d:\d\d/, "T")]).toEqual([
      0,
      "Token secret: \r\nsent 127.0.0.1 one token of alice, good until T UTC\r\n",
    ]);
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("rejects %s as an answer and sends nothing", async (_, keys) => {
    expect(await answerPrompt(keys)).toEqual({
      exitCode: 1,
      screen: "Knock sequence: \r\nportknock: no sequence was entered; nothing was sent\r\n",
    });
  });
});

/** Types `keys` once the prompt is there, and returns what a person would have seen. */
async function answerPrompt(
  keys: string,
  { args = ["knock", "127.0.0.1"], prompt = "Knock sequence:" } = {},
): Promise<{ exitCode: number | undefined; screen: string }> {
  const command = [...PORTKNOCK, ...args].map((word) => `'${word}'`).join(" ");
  const terminal = execa("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    reject: false,
    stripFinalNewline: false,
  });
  let screen = "";
  terminal.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text;
  });
  while (!screen.includes(prompt)) {
    await once(terminal.stdout, "data");
  }
  terminal.stdin.write(keys);
  const { exitCode } = await terminal;
  return { exitCode, screen: withoutTime(stripVTControlCharacters(screen)) };
}
