import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import {
  guard,
  hostPayload,
  readStatus,
  readStatusLocally,
  runVerbLocally,
  SEQUENCE_PORTS,
} from "../support/hostPayload";

interface Drift {
  readonly what: string;
  readonly tamper: string;
  /** For what the next confirm leaves alone. */
  readonly undo?: string;
  readonly findings: readonly string[];
}

const nft = (command: string): string => `nft '${command}'`;
const inChain = (chain: string, comment: string): string =>
  `$(nft -a list chain inet portknock ${chain} | sed -n 's/.*comment "${comment}".*# handle //p' | head -n 1)`;
const SET_CLEAR = 'the rule "refuse: clear the scratch register"';

const DRIFTS: readonly Drift[] = [
  {
    what: "the table is deleted",
    tamper: nft("delete table inet portknock"),
    findings: ["the table is missing"],
  },
  {
    what: "the table is made dormant",
    tamper: nft("add table inet portknock { flags dormant; }"),
    findings: ["table: has flags that are not ours"],
  },
  {
    what: "a rule is deleted",
    tamper: `nft delete rule inet portknock pk_knock handle ${inChain("pk_knock", "knock: the first of a sequence")}`,
    findings: ['chain pk_knock: the rule "knock: the first of a sequence" is missing or was changed'],
  },
  {
    what: "a rule is added",
    tamper: nft("insert rule inet portknock pk_guard tcp dport 61937 accept"),
    findings: ["chain pk_guard: has a rule that is not ours"],
  },
  {
    what: "a rule of ours is there twice",
    tamper: nft(
      'add rule inet portknock pk_done meta priority set 0:0 comment "done: clear the scratch register"',
    ),
    findings: ["chain pk_done: has a rule that is not ours"],
  },
  {
    what: "a rule is changed",
    tamper: `nft replace rule inet portknock pk_refuse handle ${inChain("pk_refuse", "refuse: clear the scratch register")} accept`,
    findings: [
      `chain pk_refuse: ${SET_CLEAR} is missing or was changed`,
      "chain pk_refuse: has a rule that is not ours",
    ],
  },
  {
    what: "a chain's policy is changed",
    tamper: nft(
      "add chain inet portknock pk_prerouting { type filter hook prerouting priority mangle; policy drop; }",
    ),
    findings: [
      'chain pk_prerouting: the rule "hook" is missing or was changed',
      "chain pk_prerouting: has a rule that is not ours",
    ],
  },
  {
    what: "a chain is missing",
    tamper: [
      nft("flush chain inet portknock pk_admitted"),
      nft("delete chain inet portknock pk_connect"),
    ].join("; "),
    findings: [
      'chain pk_admitted: the rule "admitted: a TCP connection" is missing or was changed',
      'chain pk_admitted: the rule "admitted: a UDP flow" is missing or was changed',
      'chain pk_admitted: the rule "admitted: opens nothing" is missing or was changed',
      "chain pk_connect is missing",
    ],
  },
  {
    what: "a foreign chain, set, map and counter are added",
    tamper: [
      nft("add chain inet portknock back { type filter hook prerouting priority -400; }"),
      nft("add set inet portknock friends { type ipv4_addr; }"),
      nft("add map inet portknock ways { type ipv4_addr : verdict; }"),
      nft("add counter inet portknock hits"),
    ].join("; "),
    findings: [
      "counter hits is not ours",
      "set friends is not ours",
      "map ways is not ours",
      "chain back is not ours",
    ],
  },
  {
    what: "an allowed network is added and another removed",
    tamper: [
      nft("add element inet portknock pk_allow4 { 172.16.0.0/12 }"),
      nft("delete element inet portknock pk_allow6 { fd77::1 }"),
    ].join("; "),
    findings: ["set pk_allow4 was changed", "set pk_allow6 was changed"],
  },
  {
    what: "all elements of a static set are removed",
    tamper: nft("flush set inet portknock pk_allow4"),
    findings: ["set pk_allow4 was changed"],
  },
  {
    what: "a guarded port is freed",
    tamper: nft("delete element inet portknock pk_guarded { tcp . 22 }"),
    findings: ["map pk_guarded was changed"],
  },
  {
    what: "the ports of a sequence are edited in its maps",
    tamper: [
      nft("delete element inet portknock pk_moves { 0:0 . tcp . 61937 }"),
      nft("add element inet portknock pk_moves { 0:0 . tcp . 43211 : goto pk_first_5s }"),
      nft("add element inet portknock pk_ports { tcp . 57284 : goto pk_knock }"),
      nft("delete element inet portknock pk_moves { 0:1 . udp . 52813 }"),
    ].join("; "),
    findings: ["map pk_ports was changed", "map pk_moves was changed"],
  },
  {
    what: "rules are in another order",
    tamper: [
      `nft delete rule inet portknock pk_refuse handle ${inChain("pk_refuse", "refuse: clear the scratch register")}`,
      `nft add rule inet portknock pk_refuse 'meta priority set 0:0 comment "refuse: clear the scratch register"'`,
    ].join("; "),
    findings: ["chain pk_refuse: its rules are in another order"],
  },
  {
    what: "the boot file is changed",
    tamper: "sed -i s/61937/61938/ /etc/portknock/ruleset.nft",
    findings: ["the boot file was changed"],
  },
  {
    what: "the boot file is missing",
    tamper: "rm /etc/portknock/ruleset.nft",
    findings: ["the boot file is missing"],
  },
  {
    what: "a source is admitted by hand without an end",
    tamper: nft("add element inet portknock pk_admitted4 { 10.9.9.9 . be3f:ff52 }"),
    findings: ["set pk_admitted4 admits somebody for longer than any knock does"],
  },
  {
    what: "a source is admitted by hand for longer than the access window",
    tamper: nft("add element inet portknock pk_admitted6 { fd99::9 . be3f:ff52 timeout 1d }"),
    findings: ["set pk_admitted6 admits somebody for longer than any knock does"],
  },
  {
    what: "the drop-in for nftables.service is missing",
    tamper: "rm /etc/systemd/system/nftables.service.d/portknock.conf",
    findings: ["our drop-in for nftables.service is missing or was changed"],
  },
  {
    what: "the drop-in for nftables.service came back unread",
    tamper:
      "mv /etc/systemd/system/nftables.service.d /run/aside; systemctl daemon-reload; mv /run/aside /etc/systemd/system/nftables.service.d",
    findings: ["our drop-in for nftables.service was not read by systemd"],
  },
  {
    what: "the unit is disabled",
    tamper: "systemctl -q disable portknock.service",
    findings: ["the unit portknock.service is disabled"],
  },
  {
    what: "the unit is changed",
    tamper: "echo '# by hand' >>/etc/systemd/system/portknock.service",
    findings: ["the unit portknock.service was changed"],
  },
  {
    what: "the unit is missing",
    tamper: "rm /etc/systemd/system/portknock.service",
    findings: ["the unit portknock.service is missing"],
  },
  {
    what: "the unit is masked",
    tamper: "ln -sf /dev/null /etc/systemd/system/portknock.service",
    findings: ["the unit portknock.service was changed"],
  },
  {
    what: "the unit has a drop-in",
    tamper:
      "mkdir /etc/systemd/system/portknock.service.d; printf '[Service]\\nExecStart=\\nExecStart=/bin/true\\n' >/etc/systemd/system/portknock.service.d/x.conf; systemctl daemon-reload",
    undo: "rm -r /etc/systemd/system/portknock.service.d; systemctl daemon-reload",
    findings: ["the unit portknock.service has drop-ins that are not ours"],
  },
  {
    what: "the unit is stopped",
    tamper: "systemctl -q stop portknock.service",
    findings: ["the unit portknock.service is not active"],
  },
];

/** Seconds pass between two reports. */
const withoutSeconds = (text: string): string => text.replaceAll(/^(admitted .*) \d+$/gm, "$1");

describe.skipIf(labProblem() !== undefined)("what status reports", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;
  const payload = hostPayload();

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
    await guard(lab, host, payload);
  });
  afterAll(() => lab?.dispose());
  afterEach(async () => {
    await host.run("nft -f -", { input: payload.ruleset });
    const confirmed = await runVerbLocally(host, "confirm", payload);
    expect(confirmed.stdout).toBe("portknock: confirmed\n");
    expect((await readStatusLocally(host)).findings).toEqual([]);
  });

  it.each(DRIFTS)(
    "names in words that $what, without a port",
    async ({ tamper, undo = "true", findings }) => {
      const { observed } = await readStatusLocally(host);
      await host.run(tamper);
      const report = await readStatusLocally(host);
      expect(report.findings).toEqual(findings);
      expect(report.observed).not.toBe(observed);
      for (const port of SEQUENCE_PORTS) expect(report.text).not.toContain(port);
      expect(withoutSeconds((await readStatusLocally(host)).text)).toBe(withoutSeconds(report.text));
      await host.run(undo);
    },
  );

  it("is the same while packets fill the sets", async () => {
    const before = await readStatus(lab, host);
    const probe = `for p in 61937 43211 9 22 8080; do (exec 3<>/dev/tcp/${host.address4}/$p) 2>/dev/null; done; true`;
    for (let round = 0; round < 20; round += 1) {
      await laptop.run(["bash", "-c", round % 3 === 0 ? `${probe}; ${probe}` : probe]);
      const { observed, findings } = await readStatusLocally(host);
      expect({ observed, findings }).toEqual({ observed: before.observed, findings: [] });
    }
    expect((await host.run("nft list set inet portknock pk_pace4")).stdout).toContain(laptop.address4);
  });

  it("says who is admitted and for how long", async () => {
    const [, tcp, udp] = [0, 61937, 52813];
    const knocks = [
      `tcp/${host.address4}/${tcp}`,
      `udp/${host.address4}/${udp}`,
      `tcp/${host.address4}/47159`,
    ];
    const send = knocks.map((knock) => `(exec 3<>/dev/${knock} && echo >&3) 2>/dev/null`);
    await laptop.run(["bash", "-c", `${send.join("; ")}; true`]);
    const { admitted } = await readStatus(lab, host);
    expect(admitted.length).toBe(1);
    expect(admitted[0]).toMatch(/^ssh 10\.77\.0\.101 29\d$/);
  });

  it("is read without a trace: no file is written, no unit is touched", async () => {
    const look = [
      "nft -a list ruleset",
      "find /etc /var/lib /run/portknock* /tmp -printf '%p %m %s %T@ %C@\\n' 2>/dev/null | sort",
      "systemctl list-units --all --no-legend 'portknock*'",
    ].join("; ");
    const before = (await host.run(look)).stdout;
    await readStatus(lab, host);
    expect((await host.run(look)).stdout).toBe(before);
  });

  it("does not change with an upgraded nft when the rules are ours, and does when they are not", async () => {
    const file = "/var/lib/portknock/confirmed/nft-version";
    const version = await host.readFile(file);
    await host.writeFile(file, "1.0.2\n", 0o600);
    expect((await readStatusLocally(host)).findings).toEqual([]);
    await host.run("nft insert rule inet portknock pk_guard accept");
    expect((await readStatusLocally(host)).findings).toEqual(["chain pk_guard: has a rule that is not ours"]);
    await host.writeFile(file, version, 0o600);
  });
});
