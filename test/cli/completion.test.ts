import { spawnSync } from "node:child_process";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { portknock, temporaryFile } from "./portknock";

const SHELLS = ["bash", "zsh", "fish"] as const;
const missing = SHELLS.filter((shell) => spawnSync(shell, ["--version"]).error !== undefined);
if (missing.length > 0) console.warn(`skipped: completion: not found: ${missing.join(" ")}; install them`);

const scriptFor = async (shell: string): Promise<string> =>
  temporaryFile(`completion.${shell}`, (await portknock(["completion", shell])).stdout);

/** What bash offers for the last of these words. */
async function bashOffers(...words: readonly string[]): Promise<readonly string[]> {
  const script = `source ${await scriptFor("bash")}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _portknock; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa("bash", ["--norc", "-c", script, "bash", ...words]);
  return stdout.split("\n").filter(Boolean);
}

async function fishOffers(line: string): Promise<readonly string[]> {
  const script = `source ${await scriptFor("fish")}; complete -C $argv[1]`;
  const { stdout } = await execa("fish", ["--no-config", "-c", script, line]);
  return stdout.split("\n").filter(Boolean);
}

/** The words of a line in which somebody pressed the tab key, as zsh runs it. */
async function zshRuns(line: string): Promise<string> {
  const keys = `autoload -U compinit; compinit -u -D; source ${await scriptFor("zsh")}
portknock() { print "ran: $*" }
${line}
exit
`;
  const { stdout } = await execa("script", ["-qec", "zsh -fi", "/dev/null"], {
    input: keys,
    timeout: 20_000,
  });
  return /^ran: (.*?)\r?$/m.exec(stdout)?.[1] ?? stdout;
}

describe("completion", { timeout: 60_000 }, () => {
  it.skipIf(missing.includes("bash"))("offers commands, options and choices in bash", async () => {
    expect(await bashOffers("portknock", "sta")).toEqual(["status"]);
    expect(await bashOffers("portknock", "knock", "--sta")).toEqual(["--stack"]);
    expect(await bashOffers("portknock", "check", "--format", "")).toEqual(["text", "json"]);
    expect(await bashOffers("portknock", "knock", "web")).toEqual([]);
    expect(await bashOffers("portknock", "open", "web-1", "--", "ls", "--")).toEqual([]);
  });

  it.skipIf(missing.includes("fish"))("does so in fish, in words", async () => {
    expect(await fishOffers("portknock ver")).toEqual([
      "verify\tlook from outside whether hosts are as they should be",
    ]);
    expect(await fishOffers("portknock check --format ")).toEqual([
      "json\tfor a person or a program",
      "text\tfor a person or a program",
    ]);
    expect((await fishOffers("portknock knock --sequence-"))[0]).toMatch(/^--sequence-file\t/);
  });

  it.skipIf(missing.includes("zsh"))("does so in zsh", async () => {
    expect(await zshRuns("portknock rev\t")).toBe("review");
    expect(await zshRuns("portknock ssh --servi\tmail")).toBe("ssh --service mail");
    expect(await zshRuns("portknock open web-1 -- ls --ever\tx")).toBe("open web-1 -- ls --everx");
  });

  it("is refused for another shell", async () => {
    expect(await portknock(["completion", "tcsh"])).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: 'portknock: SHELL: is none of its choices, which are bash, zsh, fish; see "portknock --help"\n',
    });
  });
});
