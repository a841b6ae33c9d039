import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { hangCommand } from "../support/hangCommand";
import { awaitRollback, guard, hostPayload, listTable, readStatus, runVerb } from "../support/hostPayload";
import { probeFrom } from "../support/probeFrom";

/** A minute is two seconds here. */
const HASTY_TIMEOUT = `#!/bin/sh
[ "$*" = "\${*#--foreground -k 5 60 }" ] || { shift 4; set -- --foreground -k 1 2 "$@"; }
exec /usr/bin/timeout "$@"
`;

describe.skipIf(labProblem())("an nft that does not return, and that only SIGKILL ends", () => {
  let lab: Lab;
  let host: LabHost;
  let rules: string;
  const payload = hostPayload();
  const next = hostPayload({ rollbackTimeout: "5s", allow: ["10.77.0.1", "10.77.0.9"] });

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    await host.writeFile("/usr/local/sbin/timeout", HASTY_TIMEOUT, 0o755);
    await guard(lab, host, payload);
    rules = await listTable(host);
  });
  afterAll(() => lab?.dispose());
  beforeEach(async () => {
    expect(await listTable(host)).toBe(rules);
  });

  const expectOldRules = async (): Promise<void> => {
    await awaitRollback(host);
    const { state, token, findings } = await readStatus(lab, host);
    expect([state, token, findings]).toEqual(["guarded", payload.token, []]);
  };

  it.each([
    ["--version", "nft does not return on this host, or is killed; find out why (dmesg, ps), then try again"],
    [
      "list tables",
      "nft does not return on this host, or is killed; find out why (dmesg, ps), then try again",
    ],
    [
      "-f /var/lib/portknock/generations",
      "nft 1.0.6 refused the ruleset (it was killed, or did not return within a minute); nothing was changed, the old rules stand",
    ],
    [
      "-f /var/lib/portknock/transaction",
      "nft 1.0.6 could not load the ruleset (it was killed, or did not return within a minute); the old rules are back",
    ],
    ["list table inet portknock", "nft could not list who is admitted; nothing was changed"],
  ])("ends an apply in words, and keeps no lock: %s", async (call, words) => {
    await using hanging = await hangCommand(host, "nft", call);
    const { exitCode, stderr } = await runVerb(lab, host, "apply", next, { marker: "m2" });
    expect(await hanging.isHit()).toBe(true);
    expect(stderr.split("\n").filter((line) => line.startsWith("portknock: "))).toEqual([
      `portknock: web-1: ${words}`,
    ]);
    expect(exitCode).toBe(1);
    await expectOldRules();
  });

  it("does not keep a rollback from coming", async () => {
    await runVerb(lab, host, "apply", next, { marker: "m3" });
    await using hanging = await hangCommand(host, "nft", "-f /var/lib/portknock/transaction");
    await expectOldRules();
    expect(await hanging.isHit()).toBe(true);
  });

  it("does not keep a rollback from coming, nor does any other command", async () => {
    const { stdout } = await runVerb(lab, host, "apply", next, { marker: "m4" });
    const unit = `portknock-rollback-${/^attempt (\S+)$/m.exec(stdout)?.[1]}.service`;
    const folder = `/run/systemd/system/${unit}.d`;
    await host.run(
      `mkdir -p ${folder} && printf '[Service]\\nRuntimeMaxSec=2\\nTimeoutStopSec=1\\n' >${folder}/hasty.conf`,
    );
    await host.run("systemctl daemon-reload");
    await using hanging = await hangCommand(host, "mktemp", "/var/lib/portknock/transaction");
    await expectOldRules();
    expect(await hanging.isHit()).toBe(true);
    await host.run(`rm -r ${folder} && systemctl daemon-reload`);
  });

  it("leaves a host unchecked, which is no drift", async () => {
    await host.run("rm /usr/local/sbin/timeout");
    await using hanging = await hangCommand(host, "nft", "-s list table inet portknock");
    const { result } = await probeFrom(lab, host, "root");
    expect(result).toEqual({
      kind: "unchecked",
      reason: "did not answer within 30 seconds",
      isReached: true,
    });
    expect(await hanging.isHit()).toBe(true);
  });
});
