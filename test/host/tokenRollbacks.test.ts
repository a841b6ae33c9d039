import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import { awaitRollback, canConnect, guard, hostPayload, readStatus, runVerb } from "../support/hostPayload";
import { sendTokens, TOKEN_SECRET, tokensOf } from "../support/tokenHost";

const rules = (others: object = {}) =>
  hostPayload({
    services: { ssh: { ports: ["22"], accessWindow: "5m" } },
    rollbackTimeout: "5s",
    policy: { knockers: { alice: { services: ["ssh"], token: TOKEN_SECRET } }, ...others },
  });

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

describe.skipIf(problem)("a host whose rules have tokens", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;
  let phone: LabClient;

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop, phone] = await Promise.all([
      lab.addHost("web-1"),
      lab.addClient("laptop"),
      lab.addClient("phone"),
    ]);
  });
  afterAll(async () => lab?.dispose());

  beforeEach(() => guard(lab, host, rules()));

  const findings = async (): Promise<readonly string[]> => (await readStatus(lab, host)).findings;

  it("fills them again after rules without any were rolled back, whose confirm died", async () => {
    const without = hostPayload({ rollbackTimeout: "5s" });
    await runVerb(lab, host, "apply", without);
    // The decision is one link; it cannot be made.
    await host.writeFile("/usr/local/sbin/ln", "#!/bin/sh\nexit 1\n", 0o755);
    expect((await runVerb(lab, host, "confirm", without)).exitCode).not.toBe(0);
    await host.run("rm /usr/local/sbin/ln");
    await awaitRollback(host);
    await waitUntil(
      async () => (await host.run("nft list map inet portknock pk_filled")).stdout.includes("elements"),
      20,
      () => "the fill",
    );
    expect(await findings()).toEqual([]);
    await host.run(
      "systemctl is-active portknock-tokens.timer && systemctl is-enabled portknock-tokens.timer",
    );
  });

  it("puts back no token that was used, where it had lost its records and nobody confirms", async () => {
    await host.run("rm -rf /var/lib/portknock");
    await runVerb(lab, host, "apply", rules());
    const alice = tokensOf(host);
    const all = alice.at(await alice.slot());
    await sendTokens(laptop, host.address4, all);
    await awaitRollback(host);
    await host.run("nft flush set inet portknock pk_admitted4");
    await sendTokens(phone, host.address4, all);
    expect(await canConnect(phone, host.address4, 22)).toBe(false);
  });

  it("still sees the tables of others that have an owner", async () => {
    await host.run(
      "systemd-run --unit=owner sh -c '(echo \"add table inet corp { flags owner; chain in { type filter hook input priority 0; tcp dport 9999 drop; }; }\"; sleep 60) | nft -i'",
    );
    await waitUntil(
      async () => (await host.run("nft list tables")).stdout.includes("corp"),
      10,
      () => "the table",
    );
    expect((await readStatus(lab, host)).lines("other-table").join("\n")).toContain("tcp dport 9999 drop");
    await host.run("systemctl stop owner.service");
  });

  it.each([
    "add table inet portknock { flags dormant; }",
    "add counter inet portknock c1",
    "add quota inet portknock q1 { 1 mbytes; }",
  ])("is put right by the next update, whatever is in its table: %s", async (tampering) => {
    await host.run(`nft '${tampering}'`);
    expect(await findings()).not.toEqual([]);
    await guard(lab, host, rules({ guardedAnswer: "drop" }));
    expect(await findings()).toEqual([]);
    expect((await host.run("nft -t list table inet portknock")).stdout).not.toMatch(/dormant|c1|q1/);
  });

  it("keeps no key behind when it is removed, though a fill was killed", async () => {
    await host.run("mkdir /run/portknock.AAAAAAAA && echo key >/run/portknock.AAAAAAAA/plan");
    expect((await runVerb(lab, host, "remove", rules())).exitCode).toBe(0);
    expect((await host.run("ls /run | grep portknock.A", { check: false })).stdout).toBe("");
  });
});
