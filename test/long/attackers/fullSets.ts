import { setTimeout as sleep } from "node:timers/promises";
import { figure, table } from "../../../bench/markdown";
import { type Bytes, FLAG, ip, PROTOCOL, tcp, udp } from "../../support/packets/probes/frames";
import { type AttackerLab, CLOSED, GUARDED } from "./attackerLab";

const SEQUENCE = "7000,9000,8000";
const POLICY = {
  services: { ssh: { ports: [`${GUARDED}`], sequence: SEQUENCE, accessWindow: "1h" } },
  openPorts: ["80"],
};
const BASELINE = { ...POLICY, baseline: { traps: ["23"], exceptNetworks: ["10.0.0.0/8"] } };
/** More than a set has room for. */
const SOURCES = 100_000;
const MAX_SECONDS = 60;
const FILLED_SECONDS = 8;
const NEWCOMERS = 40;
const NEWCOMERS_SECONDS = 6;
const TRACKED = 5000;

interface Attack {
  readonly name: string;
  readonly policy?: object;
  readonly set: string;
  readonly rates: readonly number[];
  readonly packet: (index: number, lab: AttackerLab) => Bytes;
}

const from4 = (index: number) => `10.${128 + (index >>> 16)}.${(index >>> 8) & 255}.${index & 255}`;
const from6 = (index: number) => `fd78::${(index >>> 16).toString(16)}:${(index & 0xffff).toString(16)}`;

const ATTACKS: readonly Attack[] = [
  {
    name: "first knocks, known to the attacker",
    set: "pk_stage4",
    rates: [10_000, 14_000, 20_000, 40_000],
    packet: (index, { host }) => segment(from4(index), host.address4, 7000, FLAG.syn),
  },
  {
    name: "SYNs to random ports: the first knock is not known",
    set: "pk_stage4",
    rates: [20_000],
    packet: (index, { host }) => segment(from4(index), host.address4, (index * 7919) % 65_536, FLAG.syn),
  },
  {
    name: "first knocks from one /64, not forged",
    set: "pk_stage6",
    rates: [10_000, 20_000, 40_000],
    packet: (index, { host }) => segment(from6(index), host.address6, 7000, FLAG.syn),
  },
  {
    name: "the same, `identity.ipv6Prefix: 64`",
    policy: { ...POLICY, identity: { ipv6Prefix: 64 } },
    set: "pk_stage6",
    rates: [20_000],
    packet: (index, { host }) => segment(from6(index), host.address6, 7000, FLAG.syn),
  },
  {
    name: "NULL packets under a baseline",
    policy: BASELINE,
    set: "pk_blacklist4",
    rates: [20_000],
    packet: (index, { host }) => segment(from4(index), host.address4, CLOSED, 0),
  },
];

/** Forged sources take every place in a set. */
export async function measureFullSets(lab: AttackerLab): Promise<string> {
  const rows: string[][] = [];
  for (const attack of ATTACKS) {
    const packets = Array.from({ length: SOURCES }, (_, index) => attack.packet(index, lab));
    for (const rate of attack.rates) rows.push(await measure(lab, attack, packets, rate));
  }
  return [
    "### Full sets\n",
    `${figure(SOURCES)} sources, one packet each, over and over. After ${FILLED_SECONDS} s: how many of ${NEWCOMERS} new knockers get in, within ${NEWCOMERS_SECONDS} s, whether one that was in stays in, and what the set holds; then how long after the last packet a new knocker gets in:\n`,
    table(["attack", "a second", "set", "elements", "new knockers", "who was in", "over after"], rows),
  ].join("\n");
}

async function measure(
  lab: AttackerLab,
  { name, policy = POLICY, set }: Attack,
  packets: readonly Bytes[],
  rate: number,
): Promise<string[]> {
  await lab.load(policy);
  const [inside, late, ...newcomers] = lab.knockersOf(set.endsWith("6") ? 6 : 4, NEWCOMERS + 2);
  if (inside === undefined || late === undefined) throw new Error("bug: no knockers");
  const isOpen = async (source: typeof inside, packetsFirst = "") =>
    (await source.send(`${packetsFirst}${GUARDED}`)).at(-1) === "open";
  if (!(await isOpen(inside, `${SEQUENCE},`))) throw new Error("a knocker is not let in before the attack");
  const flood = await lab.flood(packets, rate, MAX_SECONDS);
  await sleep(1000 * FILLED_SECONDS);
  // The kernel makes room about once a second: when somebody knocks matters.
  const isIn = await Promise.all(
    newcomers.map(async (source, index) => {
      await sleep((index * 1000 * NEWCOMERS_SECONDS) / newcomers.length);
      return isOpen(source, `${SEQUENCE},`);
    }),
  );
  const stays = await isOpen(inside);
  const elements = await lab.countElements(set);
  flood.stop();
  const reached = await flood.rate;
  const over = performance.now();
  while (!(await isOpen(late, `${SEQUENCE},`))) await sleep(250);
  return [
    name,
    figure(reached),
    set,
    figure(elements),
    `${isIn.filter(Boolean).length} of ${isIn.length}`,
    stays ? "stays" : "is OUT",
    `${((performance.now() - over) / 1000).toFixed(1)} s`,
  ];
}

/** What connection tracking keeps of packets that a guarded port refuses and that a closed one answers. */
export async function measureTracking(lab: AttackerLab): Promise<string> {
  const count = async () =>
    Number((await lab.host.run("cat /proc/sys/net/netfilter/nf_conntrack_count")).stdout);
  const rows: string[][] = [];
  for (const protocol of ["tcp", "udp"] as const) {
    const cells: string[] = [];
    for (const port of [GUARDED, CLOSED]) {
      await lab.load({ services: { ssh: { ports: [`${GUARDED}`, `${GUARDED}/udp`], sequence: SEQUENCE } } });
      const before = await count();
      const packets = Array.from({ length: TRACKED }, (_, index) => {
        const flow = { from: from4(index), to: lab.host.address4, fromPort: 40_000, port };
        const payload = protocol === "tcp" ? tcp(flow, { flags: FLAG.syn }) : udp(flow, {});
        return ip(flow, { protocol: PROTOCOL[protocol] }, payload);
      });
      await (await lab.flood(packets, TRACKED, 1)).rate;
      cells.push(figure(Math.max(0, (await count()) - before)));
    }
    rows.push([protocol === "tcp" ? "SYNs" : "datagrams", ...cells]);
  }
  return [
    "### Connection tracking\n",
    `Entries after ${figure(TRACKED)} packets, each from a source of its own:\n`,
    table(["", "to a guarded port", "to a closed port"], rows),
  ].join("\n");
}

function segment(from: string, to: string, port: number, flags: number): Bytes {
  const flow = { from, to, fromPort: 1024 + (port % 60_000), port };
  return ip(flow, { protocol: PROTOCOL.tcp }, tcp(flow, { flags }));
}
