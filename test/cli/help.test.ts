import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { portknock } from "./portknock";

describe("portknock", { timeout: 30_000 }, () => {
  it("prints the version of the package", async () => {
    const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
    const { version } = z.object({ version: z.string() }).parse(manifest);
    expect(await portknock(["--version"])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints its help when asked, and as wrong usage when called without a command", async () => {
    const asked = await portknock(["--help"]);
    expect([asked.exitCode, asked.stderr]).toEqual([0, ""]);
    expect(await portknock([])).toEqual({ exitCode: 2, stdout: "", stderr: asked.stdout });
  });

  it("shows examples of every command, and in its help", async () => {
    const { stdout: help } = await portknock(["--help"]);
    const commands = [...help.matchAll(/^ {2}([a-z-]+) \[/gm)].map(([, command = ""]) => command);
    expect(commands.length).toBeGreaterThan(14);
    for (const command of commands) {
      expect(help).toMatch(new RegExp(`\nExamples:\n[^]*  \\$ portknock ${command} `));
      const { exitCode, stdout, stderr } = await portknock([command, "--help"]);
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(
        new RegExp(`^Usage: portknock ${command} [^]*\nExamples:\n  \\$ portknock ${command}`),
      );
    }
  });

  it("prints the help of a command by its name, and of one that is none says which is", async () => {
    expect(await portknock(["help", "knock"])).toEqual(await portknock(["knock", "--help"]));
    expect(await portknock(["help"])).toEqual(await portknock(["--help"]));
    const words = (end: string) => ({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: unknown command${end}; see "portknock --help"\n`,
    });
    for (const wrong of [["help", "nock"], ["nock"], ["nock", "--help"]]) {
      expect(await portknock(wrong)).toEqual(words("; knock is one"));
    }
    expect(await portknock(["help", "47001,47013"])).toEqual(words(""));
  });

  it.each([
    [["explain", "policy.json", "--port", "22", "--port", "23"], "--port"],
    [["knock", "web-1", "--delay", "1s", "--delay", "2s"], "--delay"],
    [["check", "policy.json", "--format", "json", "--format", "json"], "--format"],
  ])("takes no option twice: %j", async (args, option) => {
    expect(await portknock(args)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: ${option}: is given twice; give it once\n`,
    });
  });

  it.each([
    ["web-1.example.com:22", "has a port; leave it out: the sequence says where to knock"],
    ["root@web-1.example.com", "has a user; give what stands behind the @"],
    ["ssh://web-1.example.com", "is a URL; give the name or the address in it"],
    ["[2001:db8::7]", "has brackets; give the address without them"],
    ["web-1/24", "is neither a name nor an address; give one of both"],
  ])("says what was written in the place of a host: %s", async (host, problem) => {
    for (const args of [
      ["knock", host],
      ["open", host, "--", "true"],
    ]) {
      expect(await portknock(args)).toEqual({
        exitCode: 2,
        stdout: "",
        stderr: `portknock: HOST: ${problem}\n`,
      });
    }
  });

  it("warns in the help that an argument is seen by others", async () => {
    const words = (await portknock(["knock", "--help"])).stdout.replaceAll(/\s+/g, " ");
    expect(words).toMatch(/Every user of this machine can see an argument in the process list/);
  });
});
