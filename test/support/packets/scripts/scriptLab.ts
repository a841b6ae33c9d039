import { spawnSync } from "node:child_process";
import { printRuleset } from "../../../../components/ruleset/printRuleset";
import type { Ruleset } from "../../../../components/ruleset/ruleset";
import { createLab, type Lab, type LabClient, labProblem } from "../../../../lab";
import { waitUntil } from "../../../../lab/waitUntil";
import type { PacketText } from "../rawPacket";
import {
  type AddressedPacket,
  type RawReport,
  type RawSender,
  startListener,
  startRawSender,
} from "../startPackets";
import type { Answer } from "../step";
import { addressOf, SOURCE_NETWORKS } from "./addresses";
import { addressFor, addressPacket, type SourcedPacket } from "./addressPacket";
import type { TimedListing } from "./kernelKnowledge";

/** Why no script can be played here, in one line with its remedy; `undefined` when one can. */
export function scriptLabProblem(): string | undefined {
  const hasPython = spawnSync("python3", ["--version"]).status === 0;
  return labProblem() ?? (hasPython ? undefined : "python3 not found; run: apt-get install -y python3");
}

/** Namespaces that are guarded, and one that sends from whatever address it likes. No system runs in them. */
export interface ScriptLab extends AsyncDisposable {
  readonly lab: Lab;
  /** Where the senders' addresses are routed to. */
  readonly client: LabClient;
  readonly sender: RawSender;
  /** @param network a further one that is routed there */
  addTarget(name: string, listening: readonly string[], network?: string): Promise<Target>;
}

/** What scripts are played against. */
export interface ScriptTarget {
  /** Sends these, in order, and says what came back no later than so many seconds after the last one. */
  send(packets: readonly SourcedPacket[], silence: number): Promise<RawReport>;
  /** Runs a command of the shell where the rules are. */
  list(command: string, input?: string): Promise<TimedListing>;
}

/** A network with our table, and nothing else. */
export interface Target extends ScriptTarget {
  readonly station: LabClient;
  load(ruleset: Ruleset): Promise<void>;
  /** Keeps all packets from connection tracking, as rules of somebody else's may. */
  untrack(): Promise<void>;
  /** The same from one address. */
  answersTo(from: string, packets: readonly PacketText[]): Promise<readonly Answer[]>;
}

export const UNTRACKING = ["prerouting", "output"]
  .map(
    (hook) => `table inet untracking {
  chain ${hook} { type filter hook ${hook} priority raw; policy accept; notrack; }
}
`,
  )
  .join("");

/** Seconds in which even a busy machine answers. */
const SILENCE = 0.4;

export async function createScriptLab(): Promise<ScriptLab> {
  const lab = await createLab();
  try {
    const client = await lab.addClient("sender");
    const sender = await startRawSender(lab, client);
    const addTarget: ScriptLab["addTarget"] = async (name, listening, network) => {
      const station = await lab.addClient(name);
      await prepare(station, client);
      if (network !== undefined) {
        await station.run(["ip", "-6", "route", "add", "local", network, "dev", "lo"]);
        await client.run(["ip", "-6", "route", "add", network, "via", station.address6]);
      }
      await Promise.all([startListener(station, listening), awaitRoutes(station, sender)]);
      return createTarget(station, sender);
    };
    return { lab, client, sender, addTarget, [Symbol.asyncDispose]: lab.dispose };
  } catch (error) {
    await lab.dispose();
    throw error;
  }
}

function createTarget(station: LabClient, sender: RawSender): Target {
  const send = (packets: readonly SourcedPacket[], silence: number): Promise<RawReport> =>
    sender.send(
      packets.map((packet) => addressPacket(station, packet)),
      silence,
    );
  return {
    station,
    send,
    list: async (command, input = "") => {
      const before = monotonicSeconds();
      const { stdout } = await station.run(["sh", "-c", command], { input });
      return { text: stdout, before, after: monotonicSeconds() };
    },
    load: async (ruleset) => {
      await station.run(["nft", "-f", "-"], { input: printRuleset(ruleset) });
    },
    untrack: async () => {
      await station.run(["nft", "-f", "-"], { input: UNTRACKING });
    },
    answersTo: async (from, packets) => {
      const { steps } = await send(
        packets.map((packet) => ({ from, packet })),
        SILENCE,
      );
      return steps.map(({ answer }) => answer);
    },
  };
}

/** Of the clock that the senders use too. */
function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/** The first packets wait for neighbour discovery, over IPv6 for a second. */
async function awaitRoutes(target: LabClient, sender: RawSender): Promise<void> {
  const packets = (["v4", "v6"] as const).map((kind): AddressedPacket => {
    const from = addressOf(kind, 0);
    return { protocol: "udp", port: 9, from, to: addressFor(target, from) };
  });
  const isThere = async () =>
    (await sender.send(packets, 0.1)).steps.every(({ answer }) => answer === "closed");
  await waitUntil(isThere, 20, () => `${target.namespace} does not answer`);
}

async function prepare(target: LabClient, client: LabClient): Promise<void> {
  const routes = Object.values(SOURCE_NETWORKS)
    .flat()
    .map(
      (network) => `route add ${network} via ${network.includes(":") ? client.address6 : client.address4}`,
    );
  await target.run(["ip", "-batch", "-"], { input: `${routes.join("\n")}\n` });
  // A refusal a packet, or silence would mean nothing: no limit per peer, and none for the host.
  const unlimited = ["ipv4.icmp_ratelimit=0", "ipv4.icmp_ratemask=0", "ipv6.icmp.ratelimit=0"];
  await target.run(["sysctl", "-qw", ...unlimited.map((setting) => `net.${setting}`)]);
  await target.run(["sh", "-c", "echo >/proc/sys/net/ipv6/icmp/ratemask"]);
}
