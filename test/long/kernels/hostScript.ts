import { setTimeout as sleep } from "node:timers/promises";
import {
  awaitRollback,
  type HostShell,
  hostPayload,
  listTable,
  readStatusLocally,
  runVerbLocally,
  snapshot,
} from "../../support/hostPayload";
import type { Guest } from "./guest";
import { HOST_ADDRESS } from "./guestNetwork";
import { createChecks, type PartOptions, type PartOutcome } from "./part";

const SSH = [
  "ip netns exec deployer ssh -F /dev/null -i /root/.ssh/id_ed25519 -o BatchMode=yes -o LogLevel=ERROR",
  `-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@${HOST_ADDRESS.address4}`,
].join(" ");

/** Apply and confirm, each over SSH from outside; rollbacks, boots and power cuts. */
export async function runHostScript({ guest, say }: PartOptions): Promise<PartOutcome> {
  const checks = createChecks(say);
  const [local, remote] = [shell(guest), sshShell(guest)];
  const first = hostPayload();
  const second = hostPayload({ rollbackTimeout: "30s", policy: { openPorts: ["80", "443"] } });
  await guest.run(
    "rm -f /root/.ssh/id_ed25519; mkdir -p /root/.ssh; ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519 && cat /root/.ssh/id_ed25519.pub >/root/.ssh/authorized_keys",
  );
  const verb = async (name: "apply" | "confirm" | "remove", payload: typeof first, marker: string) => {
    const { exitCode, stderr } = await runVerbLocally(remote, name, payload, marker);
    return exitCode === 0 ? "done" : stderr;
  };
  const untouched = await snapshot(local);

  say("apply without confirm on a host without rules");
  checks.same("the first apply", await verb("apply", second, "m0"), "done");
  await rolledBack(local);
  checks.same("nothing is left of an apply that nobody confirmed", await snapshot(local), untouched);

  say("apply and confirm");
  checks.same("apply", await verb("apply", first, "m1"), "done");
  checks.same("confirm", await verb("confirm", first, "m1"), "done");
  const guarded = await readStatusLocally(local);
  const rules = await listTable(local);
  checks.same("after confirm", [guarded.state, guarded.findings], ["guarded", []]);

  say("apply without confirm on a guarded host");
  checks.same("apply of other rules", await verb("apply", second, "m2"), "done");
  checks.same("before confirm", (await readStatusLocally(local)).state, "pending");
  await rolledBack(local);
  const back = await readStatusLocally(local);
  checks.same("after the rollback", [back.state, back.token, back.findings], ["guarded", first.token, []]);
  checks.same("the rules after the rollback", await listTable(local), rules);

  say("power cut before confirm");
  checks.same("apply before the cut", await verb("apply", second, "m3"), "done");
  await guest.powerCut();
  const booted = await readStatusLocally(local);
  checks.same("after the cut", [booted.state, booted.token, booted.findings], ["guarded", first.token, []]);
  checks.same("the rules after the cut", await listTable(local), rules);

  say("power cut after confirm");
  // The networks of the guest are gone with the boot: from here on without them.
  for (const name of ["apply", "confirm"] as const)
    checks.same(`${name} before the cut`, (await runVerbLocally(local, name, second, "m4")).exitCode, 0);
  await guest.powerCut();
  const kept = await readStatusLocally(local);
  checks.same("after the cut", [kept.state, kept.token, kept.findings], ["guarded", second.token, []]);

  say("drift, nftables.service and removal");
  await guest.run("systemctl start nftables.service && systemctl reload nftables.service");
  checks.same("after a reload of nftables.service", (await readStatusLocally(local)).findings, []);
  await guest.run("systemctl stop nftables.service");
  await guest.run("nft flush chain inet portknock pk_done");
  checks.same("findings of a flushed chain", (await readStatusLocally(local)).findings.length, 1);
  checks.same("remove", (await runVerbLocally(local, "remove", second, "m5")).exitCode, 0);
  checks.same("nothing is left after remove", await snapshot(local), untouched);
  return checks.outcome();
}

export function shell(guest: Guest): HostShell {
  return {
    name: "guest",
    namespace: "guest",
    run: (script, { input, check, timeoutSeconds } = {}) =>
      guest.run(script, {
        ...(input !== undefined && { input }),
        ...(check !== undefined && { check }),
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      }),
  };
}

/** Over a connection of its own for each script. */
function sshShell(guest: Guest): HostShell {
  const local = shell(guest);
  return { ...local, run: (script, options) => local.run(`${SSH} '${script}'`, options) };
}

/** Emulated, it may take longer than it is waited for elsewhere. */
async function rolledBack(host: HostShell): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await awaitRollback(host);
    } catch (error) {
      if (tries === 5) throw error;
      await sleep(1000);
    }
  }
}
