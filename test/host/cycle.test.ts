import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import {
  awaitRollback,
  guard,
  hostPayload,
  listTable,
  readStatus,
  runVerb,
  SSH,
  snapshot,
} from "../support/hostPayload";

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const REFUSED =
  "portknock: web-1: there is nothing to confirm: this host put its old rules back; run pulumi up again\n";

describe.skipIf(problem !== undefined)("apply and confirm", () => {
  let lab: Lab;
  let host: LabHost;
  let untouched: string;
  const first = hostPayload({ services: { ssh: SSH } });
  const second = hostPayload({ rollbackTimeout: "5s" });

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    untouched = await snapshot(host);
  });
  afterAll(() => lab?.dispose());

  const timers = async (): Promise<string> =>
    (await host.run("systemctl list-timers --all --no-legend 'portknock*' | wc -l")).stdout.trim();

  it("an apply that nobody confirms leaves a host that was never guarded as it was", async () => {
    const { exitCode, stdout, stderr } = await runVerb(lab, host, "apply", second);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^portknock: loaded; rolls back in 5 seconds unless confirmed\nattempt [0-9a-f-]{36}\n$/,
      ),
      stderr: "",
    });
    expect((await readStatus(lab, host)).state).toBe("pending");
    await awaitRollback(host);
    expect(await snapshot(host)).toBe(untouched);
    const { text, state } = await readStatus(lab, host);
    expect(state).toBe("unguarded");
    expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual([
      "",
      "portknock-status",
      "nft",
      "deployer",
      "state",
      "observed",
      "portknock-end",
      "",
    ]);
  });

  it("apply loads exactly the table, and confirm makes it the one of the next boot", async () => {
    await runVerb(lab, host, "apply", first);
    const pending = await readStatus(lab, host);
    expect([pending.state, pending.owner, pending.token, pending.marker, pending.findings]).toEqual([
      "pending",
      first.owner,
      first.token,
      "m1",
      [],
    ]);
    expect(await host.run("ls /etc/portknock", { check: false })).toMatchObject({ exitCode: 2 });
    const elsewhere = "unshare -n sh -c 'nft -f - && nft -s list ruleset'";
    const printed = await host.run(elsewhere, { input: first.ruleset });
    expect((await host.run("nft -s list ruleset")).stdout).toBe(printed.stdout);
    expect(await timers()).toBe("1");

    expect(await runVerb(lab, host, "confirm", first)).toEqual({
      exitCode: 0,
      stdout: "portknock: confirmed\n",
      stderr: "",
    });
    expect(await host.readFile("/etc/portknock/ruleset.nft")).toBe(first.ruleset);
    const modes =
      "stat -c '%a %U %n' /etc/portknock /etc/portknock/* /var/lib/portknock /etc/systemd/system/portknock.service";
    expect((await host.run(modes)).stdout.split("\n")).toEqual([
      "700 root /etc/portknock",
      "600 root /etc/portknock/ruleset.nft",
      "700 root /var/lib/portknock",
      "644 root /etc/systemd/system/portknock.service",
      "",
    ]);
    const unit = "systemctl is-enabled portknock.service; systemctl is-active portknock.service";
    expect((await host.run(unit)).stdout).toBe("enabled\nactive\n");
    const { state, findings } = await readStatus(lab, host);
    expect({ state, findings, timers: await timers() }).toEqual({
      state: "guarded",
      findings: [],
      timers: "0",
    });
  });

  it("a second confirm changes nothing, not even a rule's handle", async () => {
    const before = [await snapshot(host), (await host.run("nft -a list ruleset")).stdout];
    expect((await runVerb(lab, host, "confirm", first)).stdout).toBe("portknock: confirmed\n");
    expect([await snapshot(host), (await host.run("nft -a list ruleset")).stdout]).toEqual(before);
  });

  it("rejects a confirm of another marker or of other rules", async () => {
    await runVerb(lab, host, "apply", second, { marker: "m2" });
    const before = await snapshot(host);
    for (const [payload, marker] of [
      [second, "m3"],
      [first, "m2"],
    ] as const) {
      const refused = await runVerb(lab, host, "confirm", payload, { marker });
      expect(refused).toEqual({ exitCode: 1, stdout: "", stderr: REFUSED });
    }
    expect(await snapshot(host)).toBe(before);
  });

  it("the timer puts the old rules back when nobody confirms", async () => {
    await awaitRollback(host);
    const { state, marker, token, findings } = await readStatus(lab, host);
    expect({ state, marker, token, findings }).toEqual({
      state: "guarded",
      marker: "m1",
      token: first.token,
      findings: [],
    });
    expect(await host.readFile("/etc/portknock/ruleset.nft")).toBe(first.ruleset);
    const log = (await host.run("journalctl -u portknock-rollback* -o cat --no-pager")).stdout;
    expect(log).toContain("portknock: nobody confirmed the new rules; the old ones are back\n");
  });

  it("a power cut before confirm boots with the old rules, and only a new apply can bring the new ones", async () => {
    const old = await listTable(host);
    await runVerb(lab, host, "apply", second, { marker: "m2" });
    expect(await listTable(host)).not.toBe(old);
    await host.powerCut();
    await host.boot();
    expect(await listTable(host)).toBe(old);
    expect((await readStatus(lab, host)).findings).toEqual([]);
    expect(await runVerb(lab, host, "confirm", second, { marker: "m2" })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: REFUSED,
    });
    await guard(lab, host, second, { marker: "m4" });
    expect((await readStatus(lab, host)).token).toBe(second.token);
  });

  it("a power cut after confirm boots guarded, before the network and before sshd", async () => {
    const [before, rules] = [await readStatus(lab, host), await listTable(host)];
    await host.powerCut();
    await host.boot();
    expect(await listTable(host)).toBe(rules);
    const after = await readStatus(lab, host);
    expect([after.text, after.findings]).toEqual([before.text, []]);
    const show = async (unit: string, property: string): Promise<string> =>
      (await host.run(`systemctl show --value -p ${property} ${unit}`)).stdout.trim();
    expect((await show("portknock.service", "Before")).split(" ")).toContain("network-pre.target");
    expect((await show("portknock.service", "After")).split(" ")).toContain("nftables.service");
    expect((await show("network-pre.target", "After")).split(" ")).toContain("portknock.service");
    const times = ["portknock.service", "network-pre.target", "ssh.service"].map((unit) =>
      show(unit, "ActiveEnterTimestampMonotonic"),
    );
    const [ours = 0, network = 0, sshd = 0] = (await Promise.all(times)).map(Number);
    expect(ours).toBeGreaterThan(0);
    expect(network).toBeGreaterThanOrEqual(ours);
    expect(sshd).toBeGreaterThanOrEqual(network);
  });

  it("a power cut before the first confirm boots unguarded, and the next apply works", async () => {
    await runVerb(lab, host, "remove", second);
    expect(await snapshot(host)).toBe(untouched);
    await runVerb(lab, host, "apply", first, { marker: "m5" });
    await host.powerCut();
    await host.boot();
    expect((await host.run("nft list ruleset")).stdout).toBe("");
    expect((await readStatus(lab, host)).state).toBe("unguarded");
    expect((await runVerb(lab, host, "confirm", first, { marker: "m5" })).stderr).toBe(REFUSED);
    await guard(lab, host, first, { marker: "m6" });
    expect((await readStatus(lab, host)).findings).toEqual([]);
    await runVerb(lab, host, "remove", first);
    expect(await snapshot(host)).toBe(untouched);
  });

  it("works on a machine that is no container, where the id of the boot is a file of /proc that has no size", async () => {
    await host.run(
      "umount /proc/sys/kernel/random/boot_id && [ $(stat -c %s /proc/sys/kernel/random/boot_id) = 0 ]",
    );
    await runVerb(lab, host, "apply", first, { marker: "m7" });
    expect((await readStatus(lab, host)).state).toBe("pending");
    expect((await runVerb(lab, host, "confirm", first, { marker: "m7" })).stdout).toBe(
      "portknock: confirmed\n",
    );
    expect((await readStatus(lab, host)).state).toBe("guarded");
  });
});
