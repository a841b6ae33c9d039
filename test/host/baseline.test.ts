import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { SOURCE_NETWORKS } from "../support/packets/scripts/addresses";
import { addressFor } from "../support/packets/scripts/addressPacket";
import {
  createScriptLab,
  type ScriptLab,
  scriptLabProblem,
  type Target,
} from "../support/packets/scripts/scriptLab";
import { type AddressedPacket, startListener, startSender } from "../support/packets/startPackets";
import { tooBig } from "../support/packets/tooBig";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const SERVICES = {
  services: { ssh: { ports: ["22"], sequence: "7000,9000" } },
  openPorts: ["80", "443/udp"],
};
const EXCEPT = { exceptNetworks: [...SOURCE_NETWORKS.own, "10.77.0.0/16", "fd77::/32"] };
const LISTENING = ["80/tcp", "443/udp", "546/udp"];
const SOURCES = { 4: "10.128.0.1", 6: "fd78::1" };
/** Packets that came past our rules, by what a test counts. */
const WATCH = "inet watch";

describe.skipIf(problem !== undefined)("a baseline", () => {
  let lab: ScriptLab;
  let target: Target;

  beforeAll(async () => {
    lab = await createScriptLab();
    target = await lab.addTarget("guarded", LISTENING);
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  const load = (baseline: object) =>
    target.load(compilePolicy(parsePolicy({ ...SERVICES, baseline: { ...EXCEPT, ...baseline } })));
  const to = (from: string) => addressFor(target.station, from);
  const answered = async (packets: readonly AddressedPacket[]): Promise<number> =>
    (await lab.sender.send(packets, 0.5)).steps.filter(({ answer }) => answer === "open").length;

  it("answers so many pings a second, of everybody together, whether they are new or go on", async () => {
    await load({ ping: { perSecond: 1, burst: 4 } });
    // Those of IPv6 all have one id: after the first answer they belong to something established.
    const pings = [SOURCES[4], "10.128.0.2", SOURCES[6]].flatMap((from) =>
      Array.from(
        { length: 10 },
        (): AddressedPacket => ({
          protocol: "ping",
          from,
          to: to(from),
          ...(from.includes(":") && { id: 7 }),
        }),
      ),
    );
    expect([4, 5]).toContain(await answered(pings.toReversed()));
    await sleep(2000);
    expect([2, 3]).toContain(await answered(pings));
  });

  it("answers the pings of some networks only, where it is told so", async () => {
    await load({ ping: { from: ["10.128.0.0/24", "fd78::/64"], burst: 100 } });
    const pings = [...Object.values(SOURCES), "10.128.1.1", "fd78:0:0:1::1"].map(
      (from): AddressedPacket => ({ protocol: "ping", from, to: to(from) }),
    );
    const { steps } = await lab.sender.send(pings, 0.5);
    expect(steps.map(({ answer }) => answer)).toEqual(["open", "open", "silent", "silent"]);
  });

  it("lets neighbours be discovered", async () => {
    await load({});
    for (const station of [target.station, lab.client]) {
      await station.run(["ip", "neigh", "flush", "dev", "eth0"]);
    }
    expect(await target.answersTo(SOURCES[4], ["80/tcp"])).toEqual(["open"]);
    expect(await target.answersTo(SOURCES[6], ["80/tcp"])).toEqual(["open"]);
  });

  it.each([4, 6] as const)("learns a smaller MTU of a path over IPv%i", async (family) => {
    await load({});
    const from = `${SOURCES[family]}7`;
    const flow = { from, to: to(from), port: 443, fromPort: 40_000 };
    await lab.sender.send([{ protocol: "udp", ...flow }], 0.5);
    await lab.sender.send([{ protocol: "icmp", message: tooBig(flow, 1300), from, to: flow.to }], 0);
    const { stdout } = await target.station.run(["ip", "route", "get", from]);
    expect(/ mtu (\d+)/.exec(stdout)?.[1]).toBe("1300");
  });

  it("drops what says that it comes from loopback and does not", async () => {
    await load({});
    const seen = await watching(`ip saddr 127.0.0.1`, async () => {
      const flow = { from: "127.0.0.1", to: target.station.address4, port: 443 };
      await lab.sender.send([{ protocol: "udp", ...flow }], 0);
    });
    expect(seen).toEqual({ before: 1, behind: 0 });
  });

  it("lets broadcasts reach open ports, and answers them nothing elsewhere", async () => {
    await load({});
    const flow = { protocol: "udp", from: SOURCES[4], to: "10.77.255.255" } as const;
    const send = (port: number) => () => lab.sender.send([{ ...flow, port }], 0.1);
    expect(await watching("udp dport 443", send(443))).toEqual({ before: 1, behind: 1 });
    expect(await watching("udp dport 1000", send(1000))).toEqual({ before: 1, behind: 0 });
    const { steps } = await send(1000)();
    expect(steps.map(({ answer }) => answer)).toEqual(["silent"]);
  });

  it("accepts the replies of DHCPv6 servers, and nothing else at that port", async () => {
    await load({});
    const send = (fromPort: number, from: string) => () =>
      lab.sender.send([{ protocol: "udp", from, to: target.station.address6, port: 546, fromPort }], 0.1);
    const replies = "udp dport 546";
    expect(await watching(replies, send(547, "fe80::1"))).toEqual({ before: 1, behind: 1 });
    expect(await watching(replies, send(548, "fe80::1"))).toEqual({ before: 1, behind: 0 });
    expect(await watching(replies, send(547, SOURCES[6]))).toEqual({ before: 1, behind: 0 });
  });

  it("leaves a session alone whose source it puts on the blacklist", async () => {
    await load({ traps: ["21"] });
    const client = await lab.lab.addClient("session");
    const { run } = await startSender(lab.lab, client);
    const ends = { from: client.address4, to: target.station.address4 };
    const talk = { kind: "talk", ...ends, port: 80 } as const;
    const connect = (port: number) => ({ kind: "send", protocol: "tcp", ...ends, port }) as const;
    const reports = await run([talk, connect(21), connect(80), talk]);
    expect(reports.map(({ answer }) => answer)).toEqual(["open", "silent", "silent", "open"]);
  });

  describe("for packets that it is to forward", () => {
    beforeAll(async () => {
      const behind = await lab.lab.addClient("behind");
      const { station } = target;
      await station.run(["sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"]);
      const through = (networks: readonly string[]) =>
        networks.map((network) => `route add ${network} via ${addressFor(station, network)}\n`).join("");
      await lab.client.run(["ip", "-batch", "-"], { input: through([behind.address4, behind.address6]) });
      await behind.run(["ip", "-batch", "-"], { input: through(SOURCE_NETWORKS.own) });
      await startListener(behind, ["80/tcp"]);
      forwardedTo = behind;
    });
    let forwardedTo: { readonly address4: string; readonly address6: string };

    it.each([
      ["accept", "open"],
      ["drop", "silent"],
      ["reject", "closed"],
    ] as const)("has the policy to %s them", async (forward, expected) => {
      await load({ forward });
      const packets = Object.values(SOURCES).map(
        (from): AddressedPacket => ({
          ...{ protocol: "tcp", flags: ["syn"], port: 80 },
          ...{ from, to: addressFor(forwardedTo, from) },
        }),
      );
      const { steps } = await lab.sender.send(packets, 2);
      expect(steps.map(({ answer }) => answer)).toEqual([expected, expected]);
    });
  });

  /** How many packets there were before our rules and behind them. */
  async function watching(match: string, send: () => Promise<unknown>) {
    await target.station.run(["nft", "-f", "-"], {
      input: `table ${WATCH} {
        counter before { }
        counter behind { }
        chain early { type filter hook prerouting priority mangle - 1; ${match} counter name before; }
        chain late { type filter hook prerouting priority mangle + 1; ${match} counter name behind; }
      }\n`,
    });
    await send();
    const { stdout } = await target.station.run(["nft", "list", "counters", "table", ...WATCH.split(" ")]);
    await target.station.run(["nft", "delete", "table", ...WATCH.split(" ")]);
    const counts = [...stdout.matchAll(/counter (\w+) {\s*packets (\d+)/g)];
    return Object.fromEntries(counts.map(([, name, packets]) => [name, Number(packets)]));
  }
});
