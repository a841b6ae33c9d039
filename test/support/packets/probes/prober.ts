import { join } from "node:path";
import * as ipaddr from "ipaddr.js";
import type { Lab, LabClient, LabHost } from "../../../../lab";
import { waitUntil } from "../../../../lab/waitUntil";
import { hardwareAddress, toFrame } from "../ethernet";
import { ask, ready } from "../startPackets";
import { type Answer, readAnswer } from "./describeAnswer";
import { type Bytes, type Flow, ip, PROTOCOL, udp } from "./frames";
import { IP_PROBES } from "./ipProbes";
import type { Probe } from "./probe";
import { TCP_PROBES } from "./tcpProbes";
import { UDP_PROBES } from "./udpProbes";

/** What each probe brought back over each family: `SYN over IPv4` → `rst+ack …`, or `nothing`. */
export type Answers = ReadonlyMap<string, string>;

/** Sends probes of every kind from a client's network. */
export interface Prober {
  probe(port: number): Promise<Answers>;
  /** How many of so many datagrams are answered, each from a source of its own, within the kernel's limits. */
  countAnswers(family: 4 | 6, port: number, datagrams: number): Promise<number>;
}

/** Seconds in which even a busy machine answers. */
const SILENCE = 0.5;
const FIRST_PORT = 20_000;
const EVERYBODY = "ffffffffffff";

const UNLIMITED = `sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.icmp_ratemask=0
  echo >/proc/sys/net/ipv6/icmp/ratemask`;
/** As the kernel has it by default. */
const LIMITED = `sysctl -qw net.ipv4.icmp_ratelimit=1000 net.ipv6.icmp.ratelimit=1000 net.ipv4.icmp_ratemask=6168
  echo 0-1,3-127 >/proc/sys/net/ipv6/icmp/ratemask`;

const PROBES: readonly Probe[] = [...TCP_PROBES, ...UDP_PROBES, ...IP_PROBES];

interface Sent {
  readonly name: string;
  readonly flow: Flow;
  readonly packets: readonly Bytes[];
  readonly isBroadcast: boolean;
}

export async function startProber(lab: Lab, client: LabClient, host: LabHost): Promise<Prober> {
  const socketPath = join(lab.folder, `${host.name}.frames`);
  await ready(
    await client.spawn(["python3", join(import.meta.dirname, "../rawFrames.py"), socketPath, "eth0"]),
  );
  await prepare(host, client);
  const [ours, theirs] = await Promise.all([hardwareAddress(client), hardwareAddress(host)]);
  let round = 0;

  const exchange = async (frames: readonly string[]): Promise<readonly Answer[]> => {
    const { heard } = (await ask(socketPath, { frames, silence: SILENCE })) as {
      readonly heard: readonly string[];
    };
    return heard
      .filter((frame) => frame.slice(12, 24) === theirs)
      .flatMap((frame) => readAnswer(Buffer.from(frame.slice(28), "hex")) ?? []);
  };
  const probe = async (port: number): Promise<Answers> => {
    round += 1;
    const sent = ([4, 6] as const).flatMap((family) => probesOver(family, host, port, round));
    const frames = sent.flatMap(({ packets, isBroadcast }) =>
      packets.map((packet) => toFrame(packet, ours, isBroadcast ? EVERYBODY : theirs)),
    );
    const answers = await exchange(frames);
    return new Map(sent.map((one) => [one.name, describeAnswers(one, answers)]));
  };
  const isThere = async () => {
    const answers = await probe(9);
    return ([4, 6] as const).every((family) => answers.get(`SYN over IPv${family}`)?.startsWith("rst"));
  };
  // The first packets wait for neighbour discovery.
  await waitUntil(isThere, 20, () => `${host.name} does not answer`);
  return {
    probe,
    countAnswers: async (family, port, datagrams) => {
      round += 1;
      await host.run(LIMITED);
      const frames = Array.from({ length: datagrams }, (_, index) => {
        const to = family === 4 ? host.address4 : host.address6;
        const flow = { from: sourceAddress(family, round, index), to, fromPort: FIRST_PORT, port };
        return toFrame(ip(flow, { protocol: PROTOCOL.udp }, udp(flow, {})), ours, theirs);
      });
      const answers = await exchange(frames);
      await host.run(UNLIMITED);
      return answers.filter(({ toPort }) => toPort === FIRST_PORT).length;
    },
  };
}

function probesOver(family: 4 | 6, host: LabHost, port: number, round: number): readonly Sent[] {
  return PROBES.flatMap((one, index): readonly Sent[] => {
    if (one.family !== undefined && one.family !== family) return [];
    const own: Flow = {
      from: sourceAddress(family, round, index),
      to: one.to ?? (family === 4 ? host.address4 : host.address6),
      fromPort: FIRST_PORT + index,
      port,
    };
    const flow = { ...own, from: one.from?.(own) ?? own.from, fromPort: one.fromPort?.(own) ?? own.fromPort };
    const packets = one.packets(flow);
    return [{ name: `${one.name} over IPv${family}`, flow, packets, isBroadcast: one.isBroadcast ?? false }];
  });
}

function describeAnswers(sent: Sent, answers: readonly Answer[]): string {
  const { from, fromPort } = sent.flow;
  const own = answers.filter(
    ({ to, toPort }) => to === ipaddr.parse(from).toString() && (toPort === undefined || toPort === fromPort),
  );
  return own.map((answer) => answer.describe(sent)).join(", then ") || "nothing";
}

/** Of a round and a probe alone: nobody is on a blacklist for another probe. */
function sourceAddress(family: 4 | 6, round: number, index: number): string {
  return family === 4
    ? `10.${128 + round}.${index >>> 8}.${index & 255}`
    : `fd78:${round.toString(16)}::${index.toString(16)}`;
}

/** A way back to every address, and an answer to every packet: no limit per peer, and none for the host. */
async function prepare(host: LabHost, client: LabClient): Promise<void> {
  await host.run(`ip route add default via ${client.address4}
    ip -6 route add default via ${client.address6}
    ${UNLIMITED}`);
}
