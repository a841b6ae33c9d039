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

  /** Guards the host with a secret that it has not seen, so that its tokens work at once. */
  const renewed = async (secret: string) => {
    const knockers = { alice: { services: ["ssh"], token: secret } };
    const payload = (others: object = {}) => rules({ knockers, ...others });
    await guard(lab, host, payload());
    const alice = tokensOf(host, "alice", secret);
    return { payload, tokens: alice.at(await alice.slot()) };
  };
  const opens = async (client: LabClient, ...tokens: readonly string[]): Promise<boolean> => {
    await host.run("nft flush set inet portknock pk_admitted4");
    await sendTokens(client, host.address4, tokens);
    return canConnect(client, host.address4, 22);
  };

  it("lets tokens in where it had lost its records, under new rules and when they were rolled back", async () => {
    const { payload, tokens } = await renewed("a1".repeat(32));
    const [first = "", second = "", third = ""] = tokens;
    await host.run("rm -rf /var/lib/portknock");
    await runVerb(lab, host, "apply", payload({ guardedAnswer: "drop" }));
    expect(await opens(laptop, first)).toBe(true);
    await awaitRollback(host);
    expect([await opens(phone, first), await opens(laptop, second)]).toEqual([false, true]);
    await guard(lab, host, payload());
    expect([await opens(phone, first, second), await opens(laptop, third)]).toEqual([false, true]);
  });

  it("takes no token away, and brings none back that was used, where a command of a fill fails", async () => {
    const { tokens } = await renewed("a2".repeat(32));
    const [first = "", second = "", third = "", fourth = ""] = tokens;
    /** The exit code of that fill, and of one behind it when the host says that there are tokens from the begin on. */
    const fillWithout = async (command: string, when: string): Promise<readonly unknown[]> => {
      const standIn = `#!/bin/sh\ncase "$*" in ${when}) exit 1 ;; esac\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nexec ${command} "$@"\n`;
      await host.writeFile(`/usr/local/sbin/${command}`, standIn, 0o755);
      const { exitCode } = await host.run("sh /var/lib/portknock/host.sh fill", { check: false });
      await host.run(`rm /usr/local/sbin/${command}; sh /var/lib/portknock/host.sh fill`);
      const { lines } = await readStatus(lab, host);
      const [from = 0, clock = 0] = [lines("tokens")[0]?.split(" ")[2], lines("clock")[0]].map(Number);
      return [exitCode, from <= clock];
    };
    expect([...(await fillWithout("date", "*")), await opens(laptop, first)]).toEqual([1, true, true]);
    expect([...(await fillWithout("cat", "/run/portknock-clock*")), await opens(laptop, second)]).toEqual([
      1,
      true,
      true,
    ]);
    expect([...(await fillWithout("nft", "*pk_filled*")), await opens(laptop, third)]).toEqual([
      1,
      true,
      true,
    ]);
    expect([...(await fillWithout("awk", "*all-listed*")), await opens(laptop, fourth)]).toEqual([
      1,
      true,
      true,
    ]);
    // All tokens are gone, so that the bounds alone say which must not come back.
    await host.run("nft -f /etc/portknock/ruleset.nft");
    expect([
      ...(await fillWithout("sed", "*bound*")),
      await opens(phone, first, second, third, fourth),
    ]).toEqual([1, false, false]);
  });

  it("leaves no failed unit behind when it is removed during a fill", async () => {
    await host.run("systemctl start --no-block portknock-tokens.service; true");
    await host.run("systemctl kill -s KILL portknock-tokens.service; true", { check: false });
    expect((await runVerb(lab, host, "remove", rules())).exitCode).toBe(0);
    expect((await host.run("systemctl list-units --all --no-legend 'portknock-tokens*'")).stdout).toBe("");
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
