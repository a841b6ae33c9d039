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
    const commands = [...help.matchAll(/^ {2}([a-z]+) \[/gm)].map(([, command = ""]) => command);
    expect(commands.length).toBeGreaterThan(4);
    for (const command of commands) {
      expect(help).toMatch(new RegExp(`\nExamples:\n[^]*  \\$ portknock ${command} `));
      const { exitCode, stdout, stderr } = await portknock([command, "--help"]);
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(
        new RegExp(`^Usage: portknock ${command} [^]*\nExamples:\n  \\$ portknock ${command}`),
      );
    }
  });

  it("warns in the help that an argument is seen by others", async () => {
    const words = (await portknock(["knock", "--help"])).stdout.replaceAll(/\s+/g, " ");
    expect(words).toMatch(/Every user of this machine can see an argument in the process list/);
  });
});
