import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { probeByOpenSsh } from "../../components/remote/probeByOpenSsh";
import { createSshAliases, type SshAliases } from "../support/sshAliases";
import { sshdProblem } from "../support/sshd";

const SECONDS = 20;
const REPORT = `printf '%s\\n' 'portknock-status 1' 'state unguarded' 'observed ${"0".repeat(64)}' portknock-end`;

describe.skipIf(sshdProblem())("a probe by the ssh command", () => {
  let aliases: SshAliases;
  let folder: string;
  const path = process.env["PATH"];

  beforeAll(() => {
    aliases = createSshAliases();
    folder = mkdtempSync(join(tmpdir(), "portknock-probe-"));
    process.env["PATH"] = aliases.path;
  });
  afterAll(async () => {
    process.env["PATH"] = path;
    rmSync(folder, { recursive: true, force: true });
    await aliases.dispose();
  });

  it("sends the host script, which says on a host what it is", async () => {
    // Nothing here is guarded, so what it says depends on this machine; that it is a line of ours does not.
    await aliases.add("real");
    const result = await probeByOpenSsh("real", SECONDS);
    expect(result.kind === "unfit" ? result.reason : result.kind).not.toMatch(
      /did not run our script|unchecked/,
    );
  });

  it("runs nothing beside it that a configuration asks for, and lends the host nothing", async () => {
    const beside = join(folder, "beside");
    await aliases.add("eager", `[ -z "$SSH_AUTH_SOCK" ] && ${REPORT}`, [
      "RemoteCommand echo another",
      "PermitLocalCommand yes",
      `LocalCommand touch ${beside}`,
      "RequestTTY force",
      "ForwardAgent yes",
      "ControlMaster yes",
      `ControlPath ${join(folder, "master")}`,
      "ControlPersist yes",
    ]);
    expect((await probeByOpenSsh("eager", SECONDS)).kind).toBe("answered");
    expect([existsSync(beside), existsSync(join(folder, "master"))]).toEqual([false, false]);
  });

  it("ends where a host says nothing", async () => {
    await aliases.add("silent", "exec sleep 10");
    expect(await probeByOpenSsh("silent", 2)).toEqual({
      kind: "unchecked",
      reason: "did not answer within 2 seconds",
      isReached: false,
    });
  });

  it("ends where what is asked for on the way hangs", async () => {
    await aliases.add("stuck", REPORT, ["ProxyCommand exec sleep 10"]);
    expect((await probeByOpenSsh("stuck", 2)).kind).toBe("unchecked");
  });

  it("is no report where the host ended it as ssh ends that failed, and says its last words", async () => {
    await aliases.add("failing", "echo first >&2; printf '\\033[31mlast\\n' >&2; exit 255");
    expect(await probeByOpenSsh("failing", SECONDS)).toEqual({
      kind: "unchecked",
      reason: "could not be reached: \\u{1b}[31mlast",
      isReached: false,
    });
  });

  it("says so where there is no ssh", async () => {
    process.env["PATH"] = folder;
    expect(await probeByOpenSsh("real", SECONDS)).toEqual({
      kind: "unchecked",
      reason: "cannot be asked: ssh cannot be started (ENOENT); install OpenSSH's client",
      isReached: false,
    });
    process.env["PATH"] = aliases.path;
  });
});
