import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { HOST, INTERFACE, type PacketCounts, SENDER, type Track } from "./track";

/** Packets, each from a source port of its own; with several targets they are sent to one after the other. */
export interface Traffic {
  readonly family: 4 | 6;
  /** SYNs, or datagrams with sixteen random bytes, as wrong tokens are. @default "syn" */
  readonly kind?: "syn" | "token";
  /** Ports, or `random` for any of the 65536. */
  readonly targets: readonly (number | "random")[];
  /** One address sends all, or each packet has a source of its own. `random` for IPv4 only. @default "one" */
  readonly sources?: "one" | "random";
  /** To a hardware address that nobody has: dropped before IP looks at it, which leaves the sender's own cost. */
  readonly isAstray?: boolean;
}

export const RANDOM_PORTS: Traffic = { family: 4, targets: ["random"] };

/** So many packets of a traffic in one go. */
export interface Burst {
  readonly track: Track;
  readonly traffic: Traffic;
  readonly packets: number;
}

/** What a packet cost in two bursts that were sent directly after one another. */
export interface Pair {
  readonly first: number;
  readonly second: number;
}

/** Sends packets, and says what one cost in nanoseconds: on a veth pair the host receives on the sender's core. */
export interface Sender {
  sendPairs(count: number, first: Burst, second: Burst): Promise<readonly Pair[]>;
  stop(): void;
}

const FEW = 10;

export function startSender(): Sender {
  // Before everybody else, as the clock on the wall is read; always on the first core.
  const command = ["-f", "1", "taskset", "-c", "0", "perl", join(import.meta.dirname, "sender.pl")];
  const sender = spawn("chrt", [...command, process.arch], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: sender.stdout });
  const ended = once(sender, "exit").then(() => {
    throw new Error("the sender of packets ended");
  });
  ended.catch(() => {});
  const known = new Map<string, string>();

  const ask = async (...words: readonly (string | number)[]): Promise<string> => {
    const answer = once(lines, "line");
    sender.stdin.write(`${words.join(" ")}\n`);
    const [line] = await Promise.race([answer, ended]);
    return String(line);
  };
  /** Introduces a track or a traffic when it is used for the first time. */
  const introduce = async (kind: "track" | "traffic", ...words: readonly (string | number)[]) => {
    const key = [kind, ...words].join(" ");
    const name = known.get(key) ?? `${known.size}`;
    if (!known.has(key)) await ask(kind, name, ...words);
    known.set(key, name);
    return name;
  };
  const describe = async ({ track, traffic, packets }: Burst) => [
    await introduce("track", track.senderNamespacePath, INTERFACE),
    await introduce("traffic", ...trafficWords(traffic)),
    packets,
  ];
  return {
    sendPairs: async (count, first, second) => {
      const words = [...(await describe(first)), ...(await describe(second))];
      const before = await Promise.all([countPackets(first), countPackets(second)]);
      const costs = (await ask("pairs", count, ...words)).split(" ").map(Number);
      await assertArrived(count, [first, second], before);
      return costs.flatMap((cost, index) =>
        index % 2 === 0 ? [{ first: cost, second: costs[index + 1] ?? Number.NaN }] : [],
      );
    },
    stop: () => sender.kill(),
  };
}

function trafficWords({ family, kind = "syn", targets, sources = "one", isAstray = false }: Traffic) {
  const to = isAstray ? "02:00:00:00:00:99" : HOST.hardware;
  const from = sources === "one" ? SENDER[family] : "random";
  const seed = 1;
  return [family, kind, SENDER.hardware, to, from, HOST[family], seed, ...targets];
}

function countPackets({ track, traffic }: Burst): Promise<PacketCounts> {
  return track.countPackets(traffic.family);
}

/** A bench that measures nothing is worse than none. The kernel adds a few of its own, multicast reports. */
async function assertArrived(count: number, bursts: readonly Burst[], before: readonly PacketCounts[]) {
  for (const [index, burst] of bursts.entries()) {
    const { name } = burst.track;
    const own = bursts.filter(({ track }) => track === burst.track);
    const sent = own.reduce((sum, { packets, traffic }) => sum + (traffic.isAstray ? 0 : packets * count), 0);
    const now = await countPackets(burst);
    const arrived = now.received - (before[index]?.received ?? 0);
    if (Math.abs(arrived - sent) > FEW) throw new Error(`${name}: ${sent} packets sent, ${arrived} arrived`);
    const delivered = now.delivered - (before[index]?.delivered ?? 0);
    if (delivered > FEW) throw new Error(`${name}: no rule dropped ${delivered} of ${sent} packets`);
  }
}
