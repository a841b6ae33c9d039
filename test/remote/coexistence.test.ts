import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coexistenceWarnings } from "../../components/neighbours/coexistence";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { GUARD, inputChain, warningsOf } from "../support/otherTables";

const KEPT_OUT =
  "knocking does not open 22/tcp: chain INPUT of table inet filter lets nobody in there; accept these ports in it too";
/** As iptables-nft lists what ufw loads. */
const ufw = (opened: string): string => `table ip filter {
	chain ufw-before-input {
		iifname "lo" counter accept
		ct state related,established counter accept
		ct state invalid counter drop
		meta l4proto icmp icmp type echo-request counter accept
		udp sport 67 udp dport 68 counter accept
		counter jump ufw-not-local
		ip daddr 224.0.0.251 udp dport 5353 counter accept
		counter jump ufw-user-input
	}
	chain ufw-not-local {
		fib daddr type local counter return
		limit rate 3/minute burst 10 packets counter log prefix "[UFW] accept "
		counter drop
	}
	chain ufw-user-input {
		${opened}
	}
	chain DOCKER-USER {
		counter accept
	}
	chain INPUT {
		type filter hook input priority filter; policy drop;
		counter jump ufw-before-input
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		counter jump DOCKER-USER
	}
}`;

describe("other tables of a host", () => {
  it.each(["", "table ip nat {\n}", inputChain([], { policy: "accept" })])(
    "are no reason to warn: %j",
    (listing) => {
      expect(warningsOf(listing)).toEqual([]);
    },
  );

  it("are warned about when a chain drops what nobody accepts", () => {
    expect(warningsOf(inputChain([]), { ...GUARD, guardedAnswer: "drop" })).toEqual([KEPT_OUT]);
  });

  it.each([
    "ct state established,related accept",
    "ct state { established, related } accept",
    "ct state vmap { established : accept, related : accept, invalid : drop }",
    'iif "lo" accept',
    'iifname { "lo" } counter packets 5 bytes 60 accept',
    "icmp type echo-request accept",
    "meta l4proto ipv6-icmp accept",
    "ip protocol 1 accept",
    "meta l4proto { icmp, udp } accept",
    "udp sport 53 accept",
    "tcp dport 2222 accept",
    "tcp dport { 21, 23-25 } accept",
    "tcp dport != 22 accept",
    "tcp dport vmap { 21 : accept, 22 : drop }",
    "th dport 60000-61000 accept",
    "tcp dport 22 drop",
    'tcp dport 22 log prefix "accept "',
    'tcp dport 22 comment "accept"',
    "jump elsewhere",
  ])("keep a knocker out in spite of the rule %s", (rule) => {
    expect(warningsOf(inputChain([rule]), { ...GUARD, guardedAnswer: "drop" })).toEqual([KEPT_OUT]);
  });

  it.each([
    "tcp dport 22 accept",
    "tcp dport 22 ct state new counter packets 0 bytes 0 accept",
    "meta l4proto tcp tcp dport { 80, 443, 20-25 }  counter accept",
    "tcp dport != 80 accept",
    "tcp dport ssh accept",
    "tcp dport @opened accept",
    "tcp dport vmap { 22 : accept }",
    "tcp dport vmap @opened",
    "meta l4proto . th dport { tcp . 22, udp . 53 } accept",
    "meta l4proto . th dport vmap @opened",
    "ip saddr 192.168.0.0/16 accept",
    'iifname "eth0" accept',
    'iifname != "lo" accept',
    "ct state != invalid accept",
    "ct state invalid,new accept",
    "meta l4proto 6 accept",
    'tcp dport 22 xt match "recent" counter accept',
    "tcp dport 22 queue to 0",
    "accept",
  ])("are no reason to warn when they may let a knocker in: %s", (rule) => {
    // Where everybody may in, closed ports answer: that is another warning.
    const warnings = warningsOf(inputChain([rule]), { ...GUARD, guardedAnswer: "drop" });
    expect(warnings.filter((warning) => warning.startsWith("knocking"))).toEqual([]);
  });

  it("are asked about every guarded port, in every chain that drops", () => {
    const mosh = { ports: ["60000-61000/udp"], sequence: "8000,9000/udp" };
    const policy = { services: { ...GUARD.services, mosh }, guardedAnswer: "drop" };
    const listing = [
      inputChain(["tcp dport 22 accept"], { name: "one" }),
      inputChain(["udp dport 60500 accept"], { name: "two" }),
      inputChain([], { family: "ip6", name: "three" }),
    ].join("\n");
    const keptOut = (ports: string, table: string): string =>
      `knocking does not open ${ports}: chain INPUT of table ${table} lets nobody in there; accept these ports in it too`;
    expect(warningsOf(listing, policy)).toEqual([
      keptOut("60000-61000/udp", "inet one"),
      keptOut("22/tcp", "inet two"),
      keptOut("60000-61000/udp, 22/tcp", "ip6 three"),
    ]);
  });

  it("are followed into the chains that they lead to, and no further", () => {
    const keptOut = KEPT_OUT.replace("inet filter", "ip filter");
    const drop = { ...GUARD, guardedAnswer: "drop" };
    expect(warningsOf(ufw("tcp dport 22 counter accept"), drop).slice(0, -1)).toEqual([]);
    expect(warningsOf(ufw("tcp dport 80 counter accept"), drop).slice(0, -1)).toEqual([keptOut]);
  });

  it.each([
    ["at prerouting", "type filter hook prerouting priority raw; policy drop;"],
    ["on a device", 'type filter hook ingress device "eth0" priority filter; policy drop;'],
  ])("count %s as well", (_, base) => {
    const listing = inputChain([]).replace(/type filter.*/, base);
    expect(warningsOf(listing, { ...GUARD, guardedAnswer: "drop" })).toEqual([KEPT_OUT]);
  });

  it.each([
    "type filter hook forward priority filter; policy drop;",
    "type nat hook prerouting priority dstnat; policy drop;",
  ])("are none of our business where they say %s", (base) => {
    expect(warningsOf(inputChain([]).replace(/type filter.*/, base))).toEqual([]);
  });

  it("are not judged when their listing is not all there is", () => {
    expect(warningsOf(`${inputChain([])}\nincomplete`)).toEqual([]);
  });

  it("never make this fail, whatever their listing is", () => {
    const line = fc.oneof(
      fc.constantFrom(
        ...ufw("tcp dport 22 counter accept").split("\n"),
        ...inputChain(["jump INPUT"]).split("\n"),
      ),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(warningsOf(lines.join("\n"))).toEqual(expect.any(Array));
      }),
    );
  });
});

describe("rules that keep packets from connection tracking", () => {
  const untracking = (hook: string, rule: string): string => `table inet raw {
	chain ${hook} {
		type filter hook ${hook} priority raw; policy accept;
		${rule}
	}
}`;
  const lost =
    "sessions to 22/tcp end with their access window: chain prerouting of table inet raw keeps them from connection tracking; leave these ports tracked, or set flowTimeout";
  const unanswered =
    "replies to what this host asks untracked are dropped: chain output of table inet raw keeps it from connection tracking; leave its own queries tracked, or name whom it asks in baseline.openPortsFrom";
  const ssh = { ports: ["22"], sequence: "7000,9000,8000" };
  const warnings = (listing: string, input: object): readonly string[] =>
    coexistenceWarnings(parsePolicy({ services: { ssh }, ...input }), listing);

  it.each([
    "notrack",
    "tcp dport 22 notrack",
    "tcp dport { 22, 53 } counter notrack",
    'iifname != "lo" notrack',
  ])("are a reason to warn where a guarded port meets them: %s", (rule) => {
    expect(warnings(untracking("prerouting", rule), {})).toEqual([lost]);
    const services = { ssh: { ...ssh, flowTimeout: "1h" } };
    expect(warnings(untracking("prerouting", rule), { services })).toEqual([]);
  });

  it.each([
    "udp dport 53 notrack",
    "tcp dport 53 notrack",
    "tcp sport 22 notrack",
    "ip saddr 192.0.2.1 notrack",
  ])("are none where it does not, or may not: %s", (rule) => {
    expect(warnings(untracking("prerouting", rule), {})).toEqual([]);
  });

  it("are one under a baseline where the host asks untracked, and none where it only answers", () => {
    for (const rule of ["notrack", "udp dport 53 notrack"]) {
      expect(warnings(untracking("output", rule), { baseline: {} })).toEqual([unanswered]);
      expect(warnings(untracking("output", rule), {})).toEqual([]);
    }
    expect(warnings(untracking("output", "udp sport 53 notrack"), { baseline: {} })).toEqual([]);
  });
});
