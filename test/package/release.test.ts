import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunResult, runCommand } from "../../lab/runCommand";
import { cloneRepository } from "../support/packageConsumer";

const ROOT = resolve(__dirname, "../..");
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const PATH = process.env["PATH"] ?? "";
const [major, minor] = version.split(".").map(Number);
const NEXT = `${major}.${minor + 1}.0`;

// In place of `npm test`, which runs this.
const NPM = '#!/bin/sh\n[ "$1" = test ] && exit "$TESTS_END"\nPATH=$TRUE_PATH exec npm "$@"\n';

describe("a release", () => {
  const scratch = join(tmpdir(), `portknock-release-test-${process.pid}`);
  const clone = join(scratch, "clone");

  beforeAll(async () => {
    await cloneRepository(clone);
    symlinkSync(join(ROOT, "node_modules"), join(clone, "node_modules"));
    await git("config", "user.name", "test");
    await git("config", "user.email", "test@example.com");
    await runCommand(["mkdir", join(scratch, "bin")]);
    writeFileSync(join(scratch, "bin/npm"), NPM, { mode: 0o755 });
  });
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  const git = (...args: string[]): Promise<RunResult> => runCommand(["git", ...args], { cwd: clone });
  const look = async (): Promise<readonly string[]> => {
    const asked = [git("status", "--porcelain"), git("log", "--format=%s"), git("tag")];
    return (await Promise.all(asked)).map(({ stdout }) => stdout.trimEnd());
  };
  const release = (args: readonly string[] = [], testsEnd = 0): Promise<RunResult> =>
    runCommand([process.execPath, "scripts/release.mjs", ...args], {
      cwd: clone,
      check: false,
      timeoutSeconds: 120,
      env: {
        TESTS_END: `${testsEnd}`,
        TRUE_PATH: PATH,
        PATH: `${join(scratch, "bin")}${delimiter}${PATH}`,
      },
    });
  const text = (file: string): string => readFileSync(join(clone, file), "utf8");

  test("names everything that stands against it, and changes nothing", async () => {
    const [changelog, readme] = ["CHANGELOG.md", "README.md"].map(text) as [string, string];
    writeFileSync(
      join(clone, "CHANGELOG.md"),
      changelog.replace(/## Unreleased\n.*?(?=## \d)/s, "## Unreleased\n\n"),
    );
    writeFileSync(join(clone, "README.md"), readme.replaceAll(`-${version}.tgz`, "-0.0.9.tgz"));
    const before = await look();
    const { exitCode, stderr } = await release();
    expect(exitCode).toBe(1);
    expect(stderr.trimEnd().split("\n")).toEqual([
      "release: something is not committed; commit it or put it away:",
      " M CHANGELOG.md",
      " M README.md",
      'release: CHANGELOG.md: nothing stands under "Unreleased"; say what is new',
      `release: README.md: names the package of 0.0.9; this is ${version}`,
    ]);
    expect(await look()).toEqual(before);
    await git("checkout", "--quiet", ".");
  });

  test("is none where a test fails", async () => {
    const before = await look();
    const { exitCode, stderr } = await release([], 1);
    expect([exitCode, stderr]).toEqual([1, "release: npm test failed; the output above says why\n"]);
    expect(await look()).toEqual(before);
  });

  test("can be tried, and changes nothing then", async () => {
    const before = await look();
    const { exitCode, stdout } = await release(["--dry-run"]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("is fine; nothing was changed")]);
    expect(await look()).toEqual(before);
  });

  test("dates the changelog, keeps its package, is tagged, and the next version begins", async () => {
    const { exitCode } = await release();
    expect(exitCode).toBe(0);
    const [changed, log, tags] = await look();
    expect([changed, log?.split("\n").slice(0, 2), tags]).toEqual([
      "",
      [`Version ${NEXT} begins`, `Release ${version}`],
      `v${version}`,
    ]);
    expect(text("CHANGELOG.md")).toMatch(
      new RegExp(`^## Unreleased\n\n## ${version} - ${new Date().toISOString().slice(0, 10)}\n\n###`, "m"),
    );
    expect((await git("ls-files", "test/released")).stdout.trimEnd()).toBe(
      `test/released/pulumi-portknock-${version}.tgz`,
    );
    expect([JSON.parse(text("package.json")).version, text("README.md").includes(`-${NEXT}.tgz`)]).toEqual([
      NEXT,
      true,
    ]);
    expect((await git("ls-files", "*.tgz")).stdout).not.toContain(NEXT);
  });
});
