import { existsSync } from "node:fs";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { VECTOR_SECRET } from "../support/tokensOf";
import { PORTKNOCK, temporaryFile } from "./portknock";

const FINE = JSON.stringify({ services: { ssh: { ports: ["22"], sequence: "10000,2345,3456/udp" } } });
const REFUSED = JSON.stringify({ services: { ssh: { ports: ["22"], sequence: "10000" } } });
const SCRATCH_CODES = ["token", "web-1", "--as", "alice", "--count", "3", "--secret-file"];

/** Runs the command by a shell, which sends its standard output somewhere. */
async function runInto(redirection: string, args: readonly string[]) {
  const command = [...PORTKNOCK, ...args].map((word) => `'${word}'`).join(" ");
  const { exitCode, stderr } = await execa("bash", ["-c", `set -o pipefail; ${command} ${redirection}`], {
    reject: false,
  });
  return { exitCode, stderr };
}

describe.skipIf(!existsSync("/dev/full"))("standard output that is full", { timeout: 30_000 }, () => {
  it.each([
    ["the verdict on a refused policy", ["check", "--format", "json"], REFUSED],
    ["the verdict on a fine one", ["check"], FINE],
    ["a ruleset", ["render"], FINE],
    ["scratch codes", SCRATCH_CODES, VECTOR_SECRET],
  ])("rejects to lose %s", async (_, args, policy) => {
    const path = temporaryFile("policy.json", policy);
    expect(await runInto("> /dev/full", [...args, path])).toEqual({
      exitCode: 1,
      stderr: "portknock: standard output cannot be written (ENOSPC); check where it goes",
    });
  });

  it("rejects to lose the help", async () => {
    expect(await runInto("> /dev/full", ["--help"])).toEqual({
      exitCode: 1,
      stderr: "portknock: standard output cannot be written (ENOSPC); check where it goes",
    });
  });
});

describe("a reader that has gone", { timeout: 30_000 }, () => {
  it.each([
    [1, "a refused policy", ["check", "--format", "json"], REFUSED],
    [0, "a fine policy", ["check"], FINE],
    [0, "a ruleset", ["render"], FINE],
    [0, "scratch codes", SCRATCH_CODES, VECTOR_SECRET],
  ])("leaves the exit code at %i, without a word: %s", async (exitCode, _, args, policy) => {
    const path = temporaryFile("policy.json", policy);
    expect(await runInto("| exec true", [...args, path])).toEqual({ exitCode, stderr: "" });
  });
});
