import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { createLab, type Lab, type LabHost } from "../../lab";
import { type Answers, type Prober, startProber } from "../support/packets/probes/prober";
import { scriptLabProblem } from "../support/packets/scripts/scriptLab";
import { startListener } from "../support/packets/startPackets";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const GUARDED = 4222;
const CLOSED = 4223;
const GUARD = {
  services: { door: { ports: [`${GUARDED}`, `${GUARDED}/udp`], sequence: "30000,10000,20000" } },
};
/** More than `net.ipv4.icmp_msgs_burst`, and than `icmp_msgs_per_sec` allows while they are sent. */
const DATAGRAMS = 1500;
const DROPS = { guardedAnswer: "drop" };
const BASELINE = { ...GUARD, baseline: { exceptNetworks: ["10.0.0.0/8", "fd00::/8"] } };

/** A host's own firewall, whose closed ports answer nothing. */
const DROPPING = `chain input {
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    meta l4proto { icmp, icmpv6 } accept
    meta l4proto { tcp, udp } th dport ${GUARDED} accept
  }`;

/** Counts what comes to the guarded port behind our rules. */
const WATCH = `table inet watch {
  counter passed { }
  chain late {
    type filter hook input priority mangle;
    meta l4proto { tcp, udp } th dport ${GUARDED} counter name passed
  }
}`;

/** What a guarded port answers and a closed one does not: what docs/threat-model.md lists. */
const KNOWN = {
  "reset, not reset with its class": ["SYN: a service class over IPv4", "SYN: a service class over IPv6"],
  "reset, not reset with options": [
    "SYN: record route over IPv4",
    "SYN: a full record route over IPv4",
    "SYN: timestamps over IPv4",
  ],
  "reset, not nothing": [
    "ACK whose header is said to be longer than all over IPv4",
    "FIN whose header is said to be longer than all over IPv4",
    "SYN: a finished loose source route over IPv4",
    "ACK whose header is said to be longer than all over IPv6",
    "FIN whose header is said to be longer than all over IPv6",
    "SYN: a destination option to drop over IPv6",
  ],
  "reset, not parameter problem": [
    "SYN: an option of no length over IPv4",
    "SYN: an option longer than all over IPv4",
    "SYN: a destination option to report over IPv6",
    "SYN: a destination option to report unicast over IPv6",
    "SYN: hop-by-hop options at the wrong place over IPv6",
    "SYN: a routing header over IPv6",
    "SYN: an unknown routing header over IPv6",
  ],
  "reset, not parameter problem with options": ["SYN: a security label over IPv4"],
  "unreachable, not unreachable with options": [
    "UDP: record route over IPv4",
    "UDP: a full record route over IPv4",
    "UDP: timestamps over IPv4",
  ],
  "unreachable, not nothing": [
    "UDP: a finished loose source route over IPv4",
    "UDP: a destination option to drop over IPv6",
  ],
  "unreachable, not parameter problem": [
    "UDP: an option of no length over IPv4",
    "UDP: an option longer than all over IPv4",
    "UDP: a destination option to report over IPv6",
    "UDP: a destination option to report unicast over IPv6",
    "UDP: hop-by-hop options at the wrong place over IPv6",
    "UDP: a routing header over IPv6",
    "UDP: an unknown routing header over IPv6",
  ],
  "unreachable, not parameter problem with options": ["UDP: a security label over IPv4"],
  "nothing, not reset": [
    "SYN from the link's broadcast address over IPv4",
    "SYN from no address over IPv6",
    "SYN from an IPv4 address in IPv6 over IPv6",
  ],
  "nothing, not unreachable": ["UDP from the link's broadcast address over IPv4"],
  "nothing, not parameter problem": [
    "SYN in fragments over IPv6",
    "SYN in fragments, the last one first over IPv6",
    "SYN: the first fragment alone over IPv6",
    "SYN in fragments, one twice over IPv6",
  ],
};

/** The same where closed ports are silent: the kernel reports bad options before any firewall of the host. */
const KNOWN_SILENT = {
  "nothing, not parameter problem": ["SYN", "UDP"].flatMap((transport) => [
    `${transport}: an option of no length over IPv4`,
    `${transport}: an option longer than all over IPv4`,
  ]),
  "nothing, not parameter problem with options": [
    "SYN: a security label over IPv4",
    "UDP: a security label over IPv4",
  ],
};

describe.skipIf(problem !== undefined)(
  "a guarded port answers what a closed one does to probes of every kind",
  () => {
    let lab: Lab;
    let host: LabHost;
    let prober: Prober;
    let bare: Answers;

    beforeAll(async () => {
      lab = await createLab();
      const [guarded, other, client] = await Promise.all([
        lab.addHost("guarded"),
        lab.addHost("bare"),
        lab.addClient("prober"),
      ]);
      host = guarded;
      await startListener(host, [`${GUARDED}/tcp`, `${GUARDED}/udp`]);
      await host.run("nft -f -", { input: WATCH });
      prober = await startProber(lab, client, host);
      await prober.probe(GUARDED);
      if ((await passed()) < 100) throw new Error("the probes do not come to the port");
      bare = await (await startProber(lab, client, other)).probe(CLOSED);
    });
    afterAll(() => lab?.[Symbol.asyncDispose]());

    /** Loads a policy, beside a chain of the host's own, and asks both ports. */
    const ask = async (input: object, theirs = "") => {
      await host.run("nft -f - && nft reset counter inet watch passed", {
        input: `table inet theirs\ndelete table inet theirs\ntable inet theirs {\n${theirs}\n}\n${printRuleset(compilePolicy(parsePolicy(input)))}`,
      });
      return { guarded: await prober.probe(GUARDED), closed: await prober.probe(CLOSED) };
    };
    const passed = async (): Promise<number> => {
      const { stdout } = await host.run("nft list counter inet watch passed");
      return Number(/packets (\d+)/.exec(stdout)?.[1]);
    };

    it("on a host that rejects, but for some", async () => {
      const { guarded, closed } = await ask(GUARD);
      expect(await passed()).toBe(0);
      expect(differences(guarded, closed)).toEqual(KNOWN);
      // The probes are no mere noise: most of them are answered.
      expect([...closed.values()].filter((answer) => answer !== "nothing").length).toBeGreaterThan(100);
      expect(differences(closed, bare)).toEqual({
        "unreachable, not unreachable": ["UDP: a fragment that is all over IPv6"],
      });
    });

    it("over IPv6 but for the labels of its resets, or where the host labels no flows", async () => {
      const resets = (answers: Answers) =>
        [...answers.values()].filter((answer) => /^rst.* label/.test(answer));
      const labels = (answers: Answers) => new Set(resets(answers).map((answer) => answer.split(" ").at(-1)));
      const { guarded, closed } = await ask(GUARD);
      expect([labels(guarded), labels(closed)]).toEqual([new Set(["0"]), new Set(["some"])]);
      await host.run("sysctl -qw net.ipv6.auto_flowlabels=0");
      const unlabelled = await ask(GUARD);
      expect([labels(unlabelled.guarded), labels(unlabelled.closed)]).toEqual([
        new Set(["0"]),
        new Set(["0"]),
      ]);
      await host.run("sysctl -qw net.ipv6.auto_flowlabels=1");
    });

    it("on a host that drops, but for bad options", async () => {
      const { guarded, closed } = await ask({ ...GUARD, ...DROPS }, DROPPING);
      expect(await passed()).toBe(0);
      expect(differences(guarded, closed)).toEqual(KNOWN_SILENT);
    });

    it.each([4, 6] as const)(
      "over IPv%i as rarely, when more are asked at once than the kernel answers",
      async (family) => {
        await ask(GUARD);
        const counts = [GUARDED, CLOSED].map((port) => () => prober.countAnswers(family, port, DATAGRAMS));
        for (const count of counts) {
          const answered = await count();
          expect(answered).toBeGreaterThan(20);
          expect(answered).toBeLessThan(DATAGRAMS);
        }
      },
    );

    it.each([
      ["rejects", BASELINE],
      ["drops", { ...BASELINE, ...DROPS }],
    ])("under a baseline that %s", async (_, input) => {
      const { guarded, closed } = await ask(input);
      expect(await passed()).toBe(0);
      expect(differences(guarded, closed)).toEqual({});
    });
  },
);

/** The probes that are answered otherwise, by how. Labels of flows have a test of their own. */
function differences(guarded: Answers, closed: Answers): Readonly<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  const withoutChance = (text = "") =>
    text.replace(/(?<=^rst.* label )some/, "0").replace(/(?<= options 44..)\w+/, " a time");
  for (const [probe, answer] of guarded) {
    const [one, other] = [withoutChance(answer), withoutChance(closed.get(probe))];
    if (one === other) continue;
    const how = `${inShort(one)}, not ${inShort(other)}`;
    found[how] = [...(found[how] ?? []), probe];
  }
  return found;
}

function inShort(answer: string | undefined = ""): string {
  const [first = ""] = answer.split(", then ");
  const kind = first.startsWith("rst")
    ? "reset"
    : /^icmp (4|12) /.test(first)
      ? "parameter problem"
      : first.split(" ")[0];
  return `${kind}${first.includes(" options ") ? " with options" : ""}${/^rst.*class [^0]/.test(first) ? " with its class" : ""}`;
}
