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

/** What ufw, fail2ban and Docker leave in a kernel, and a table whose name resembles ours. */
const NEIGHBOURS = `
table ip filter {
	chain ufw-user-input { tcp dport 22 accept; }
	chain INPUT { type filter hook input priority filter; policy accept; jump ufw-user-input; }
	chain DOCKER-USER { return; }
	chain FORWARD { type filter hook forward priority filter; policy drop; jump DOCKER-USER; }
}
table ip nat {
	chain DOCKER { iifname "docker0" return; tcp dport 8081 dnat to 172.17.0.2:80; }
	chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; fib daddr type local jump DOCKER; }
}
table inet f2b-table {
	set addr-set-sshd { type ipv4_addr; elements = { 192.0.2.7, 192.0.2.9 }; }
	chain f2b-chain { type filter hook input priority -1; policy accept; tcp dport 22 ip saddr @addr-set-sshd reject; }
}
table ip portknock { chain other { type filter hook input priority 5; policy accept; }; }
table inet portknock-other { map m { type ipv4_addr : verdict; elements = { 192.0.2.1 : drop }; }; }
`;

describe.skipIf(labProblem() !== undefined)("the owner of a host", () => {
  let lab: Lab;
  let host: LabHost;
  let untouched: string;
  const ours = hostPayload();

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    await host.run("nft -f -", { input: NEIGHBOURS });
    untouched = await snapshot(host);
    await guard(lab, host, ours);
  });
  afterAll(() => lab?.dispose());

  it.each([
    ["component", { component: "other" }],
    ["stack", { stack: "prod" }],
    ["project", { project: "depot" }],
  ])("rejects another %s in one line that names the owner, and changes nothing", async (_what, owner) => {
    const before = await snapshot(host);
    expect(await runVerb(lab, host, "apply", hostPayload({ owner }))).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        'portknock: web-1: this host is guarded by shop/dev/edge/web-1; destroy it there, or set adopt to "shop/dev/edge/web-1" on this host\n',
    });
    expect(withoutMark(await snapshot(host))).toBe(withoutMark(before));
  });

  it("is not opened by the old owner's remove right after it refused one of the same stack, until that is run again", async () => {
    await runVerb(lab, host, "apply", hostPayload({ owner: { component: "renamed" } }));
    const before = withoutMark(await snapshot(host));
    expect(await runVerb(lab, host, "remove", ours, { marker: "-" })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        'portknock: web-1: nothing was removed: shop/dev/renamed/web-1 was refused here just now and may be the new name of shop/dev/edge/web-1; if so, set adopt to "shop/dev/edge/web-1" on this host, otherwise run this again\n',
    });
    expect(await snapshot(host)).toBe(before);
    expect((await runVerb(lab, host, "remove", ours, { marker: "-" })).stdout).toBe("portknock: removed\n");
    expect(await snapshot(host)).toBe(untouched);
    await guard(lab, host, ours);
  });

  it("is removed at once where it refused another stack, which is what that one was told to do", async () => {
    await runVerb(lab, host, "apply", hostPayload({ owner: { stack: "prod" } }));
    expect((await runVerb(lab, host, "remove", ours, { marker: "-" })).stdout).toBe("portknock: removed\n");
    expect(await snapshot(host)).toBe(untouched);
    await guard(lab, host, ours);
  });

  it("is not gone while the one who adopts has confirmed nothing", async () => {
    const before = [await snapshot(host), await listTable(host)].map(withoutAttempts);
    const adopter = hostPayload({ owner: { stack: "prod" }, adopt: ours.owner, services: { ssh: SSH } });
    await runVerb(lab, host, "apply", adopter);
    expect(await runVerb(lab, host, "remove", ours, { marker: "-" })).toEqual({
      exitCode: 1,
      stdout: "",
      stderr:
        "portknock: web-1: nothing was removed: shop/prod/edge/web-1 has loaded its rules here and not confirmed them yet; run this again once it has, or once they were rolled back\n",
    });
    expect(await runVerb(lab, host, "remove", adopter, { marker: "-" })).toEqual({
      exitCode: 0,
      stdout: "portknock: removed; the rules of shop/dev/edge/web-1 are back\n",
      stderr: "",
    });
    expect([await snapshot(host), await listTable(host)].map(withoutAttempts)).toEqual(before);
    expect((await readStatus(lab, host)).findings).toEqual([]);
  });

  it("is not opened where it lost its records, and the next apply is not confirmed", async () => {
    await host.run("rm -rf /var/lib/portknock");
    const report = await readStatus(lab, host);
    expect([report.state, report.findings]).toEqual([
      "unguarded",
      ["the table stands without our records of it"],
    ]);
    const before = (await host.run("nft list table inet portknock")).stdout;
    await runVerb(lab, host, "apply", hostPayload({ services: { ssh: SSH }, rollbackTimeout: "5s" }));
    await awaitRollback(host);
    expect((await host.run("nft list table inet portknock")).stdout).toBe(before);
    await guard(lab, host, ours);
  });

  it("rejects adopting from an owner that it is not", async () => {
    const adopt = "shop/dev/edge/web-2";
    const refused = await runVerb(lab, host, "apply", hostPayload({ owner: { stack: "prod" }, adopt }));
    expect(refused.exitCode).toBe(1);
  });

  it("is another one after adopting, and the former owner's remove does nothing", async () => {
    const adopter = hostPayload({ owner: { stack: "prod" }, adopt: ours.owner, services: { ssh: SSH } });
    await guard(lab, host, adopter);
    const before = await snapshot(host);
    expect(await runVerb(lab, host, "remove", ours, { marker: "-" })).toEqual({
      exitCode: 0,
      stdout: "portknock: this host belongs to shop/prod/edge/web-1 now; nothing was removed\n",
      stderr: "",
    });
    expect(await snapshot(host)).toBe(before);
    await guard(lab, host, hostPayload({ adopt: adopter.owner }));
    expect((await readStatus(lab, host)).owner).toBe(ours.owner);
  });

  it("is the same under another host name: the old name's remove leaves the table alone", async () => {
    const renamed = hostPayload({ owner: { host: "web-one" } });
    await guard(lab, host, renamed, { marker: "m2" });
    const before = [await snapshot(host), await listTable(host)];
    const removed = await runVerb(lab, host, "remove", ours, { marker: "-" });
    expect(removed.stdout).toBe(
      "portknock: this host belongs to shop/dev/edge/web-one now; nothing was removed\n",
    );
    expect([await snapshot(host), await listTable(host)]).toEqual(before);
    expect((await readStatus(lab, host)).findings).toEqual([]);
    await guard(lab, host, ours);
  });

  it("removes everything, and leaves other tables and the disk byte for byte as they were", async () => {
    const removed = await runVerb(lab, host, "remove", ours, { marker: "-" });
    expect(removed).toEqual({ exitCode: 0, stdout: "portknock: removed\n", stderr: "" });
    expect(await snapshot(host)).toBe(untouched);
  });

  it("may remove twice", async () => {
    const removed = await runVerb(lab, host, "remove", ours, { marker: "-" });
    expect(removed).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    expect(await snapshot(host)).toBe(untouched);
  });

  it("may remove what somebody deleted by hand, and what nobody confirmed", async () => {
    await guard(lab, host, ours);
    await host.run(
      "nft delete table inet portknock; rm -r /etc/portknock; systemctl disable portknock.service",
    );
    const removed = await runVerb(lab, host, "remove", ours, { marker: "-" });
    expect(removed).toEqual({ exitCode: 0, stdout: "portknock: removed\n", stderr: "" });
    expect(await snapshot(host)).toBe(untouched);
    await runVerb(lab, host, "apply", ours);
    await runVerb(lab, host, "remove", ours, { marker: "-" });
    expect(await snapshot(host)).toBe(untouched);
  });
});

function withoutAttempts(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ATTEMPT");
}

/** A refusal leaves a mark in the state folder. */
function withoutMark(text: string): string {
  return text.replace(/^.*\/wanted .*\n/m, "");
}
