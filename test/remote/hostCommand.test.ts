import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillEnvelope, STATUS_SCRIPT } from "../../components/remote/envelope";
import { hostCommand, statusCommand } from "../../components/remote/hostCommand";
import { packRuleset } from "../../components/remote/packing";
import { installedAs } from "../support/sentScript";

const TEXT = hostCommand("apply", "074a9befc9dd");
const EATEN = "portknock: something on this host reads standard input first, like a .bashrc\n";
const FULL = "portknock: no more processes can be started on this host; end some, then try again\n";
const CUT = "portknock: the script did not run to its end; try again\n";

const envelope = fillEnvelope({
  owner: "a/b/c/d",
  manifest: "token t\n",
  packedRuleset: packRuleset("table inet t { }\n"),
});
/** What the probe sends, with another script in the host script's place. */
const asking = (script: string): string => STATUS_SCRIPT.split("\n", 1).join() + `\n${script}`;

describe("the command text", () => {
  const folder = mkdtempSync(join(tmpdir(), "portknock-command-"));
  /** The envelope, where another script is installed in the host script's place. */
  const running = (script: string): string => installedAs(folder, envelope, `${script}\n`);
  const whole = running('echo "$1 $2"');

  // Root by its own word, whoever runs the tests.
  beforeAll(() => put("id", "echo 0"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function put(name: string, line: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(folder, name), 0o755);
  }

  function run(input: string, text = TEXT, shell = "/bin/sh"): readonly [number | null, string, string] {
    const env = {
      PATH: `${folder}:${process.env["PATH"]}`,
      HOME: folder,
      SSH_CONNECTION: "192.0.2.1 9 192.0.2.2 22",
    };
    const { status, stdout, stderr } = spawnSync(shell, ["-c", text], { input, env, encoding: "utf8" });
    return [status, stdout, stderr];
  }

  it("is a few constant words, the verb and a marker", () => {
    const text = (end: string) =>
      `sh -c 'w="reads standard input"; read -r s; case $s in "portknock() {"*) eval "$s";; *) echo "portknock: something on this host $w first, like a .bashrc" >&2; exit 1;; esac; portknock ${end}'`;
    expect(TEXT).toBe(text("apply 074a9befc9dd"));
    expect(hostCommand("remove", "-")).toBe(text("remove -"));
    expect(statusCommand()).toBe(text(`status "${"$"}{SSH_CONNECTION:-}" ""`));
  });

  const shells = ["sh", "bash", "dash", "zsh", "fish", "tcsh", "ksh", "rbash", "busybox"].map(
    (shell) => `/bin/${shell}`,
  );
  it.each(shells.filter((shell) => existsSync(shell)))("runs the script in a login shell %s", (shell) => {
    expect(
      run(whole, shell.endsWith("busybox") ? `busybox ${TEXT}` : TEXT, shell.replace("busybox", "sh")),
    ).toEqual([0, "apply 074a9befc9dd\n", ""]);
  });

  it("tells the probe's script from where the host was reached, and of which network", () => {
    const script = asking('echo "$1 $2 ($3)"; exit "$4"\n');
    expect(run(script, statusCommand())).toEqual([0, "status 192.0.2.1 9 192.0.2.2 22 ()\n", ""]);
    expect(run(script, statusCommand("2001:db8:1:2::/64"))).toEqual([
      0,
      "status 192.0.2.1 9 192.0.2.2 22 (2001:db8:1:2::/64)\n",
      "",
    ]);
  });

  it("rejects a script that ends with no word of its own, whatever its exit status", () => {
    expect(run(asking("exit 0\n"), statusCommand())).toEqual([1, "", CUT]);
    expect(run(whole.replace('sh "$at"', 'exit 0; sh "$at"'))).toEqual([1, "", CUT]);
    expect(run(running("kill -9 $PPID"))[0]).toBe(1);
    expect(run(running("kill -9 $PPID"))[2]).toMatch(new RegExp(`${CUT}$`));
  });

  it("holds no sentence that an error which quotes it would seem to say", () => {
    expect(TEXT).not.toContain(EATEN.trim());
  });

  it("rejects a host that can start no process, in words", () => {
    put("timeout", "exit 125");
    expect(run(whole)).toEqual([1, "", FULL]);
    rmSync(join(folder, "timeout"));
  });

  it("leaves the script's own failure as it is", () => {
    expect(run(running("echo 'portknock: no nft' >&2; exit 1"))).toEqual([1, "", "portknock: no nft\n"]);
  });

  it("rejects a script that takes too long", () => {
    put("timeout", "exit 124");
    expect(run(whole)).toEqual([
      1,
      "",
      "portknock: it took longer than 180 seconds and was ended; try again\n",
    ]);
    rmSync(join(folder, "timeout"));
  });

  it("rejects a script that is cut off anywhere, and runs nothing of it", () => {
    const lines = whole.split("\n").slice(0, -1);
    for (let count = 1; count < lines.length; count++) {
      const [status, stdout, stderr] = run(`${lines.slice(0, count).join("\n")}\n`);
      expect({ count, status, stdout, words: stderr.endsWith(CUT) }).toEqual({
        count,
        status: 1,
        stdout: "",
        words: true,
      });
    }
    expect(run(whole.slice(0, -1))[0]).toBe(0);
    for (const length of [1, 50, 100]) expect(run(whole.slice(0, -length - 1))[0]).toBe(1);
  });

  it("rejects standard input from which somebody read before, be it one byte, one line or all of it", () => {
    const lines = whole.split("\n");
    for (const rest of [whole.slice(1), "", ...lines.map((_, count) => lines.slice(count + 1).join("\n"))]) {
      expect(run(rest)).toEqual([1, "", EATEN]);
    }
  });

  it("takes what an earlier version of it left in a state", () => {
    const exec = "exec timeout 180 sh -s apply m1";
    const text = `sh -c '[ $(id -u) = 0 ] || ! sudo -n true 2>/dev/null || exec sudo -n ${exec.slice(5)}; ${exec}'`;
    expect(run(whole, text)).toEqual([0, "apply m1\n", ""]);
    expect(run(running("exit 1"), text)).toEqual([1, "", ""]);
  });
});
