import { namespacePath } from "../../lab/network";
import { removeAtExit } from "../../lab/removeAtExit";
import { type RunOptions, type RunResult, runCommand } from "../../lab/runCommand";
import { type RunningProcess, startProcess } from "../../lab/startProcess";

/** A sender and a host in namespaces of their own, joined by a veth pair. All tracks are alike, addresses too. */
export interface Track {
  readonly name: string;
  readonly senderNamespacePath: string;
  countPackets(family: 4 | 6): Promise<PacketCounts>;
  runOnSender(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  runOnHost(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  spawnOnSender(command: readonly string[]): Promise<RunningProcess>;
  spawnOnHost(command: readonly string[]): Promise<RunningProcess>;
  /** For who makes many. What runs in it must have ended. */
  remove(): Promise<void>;
}

/** What the host's IP has counted so far. */
export interface PacketCounts {
  /** Before any rule. */
  readonly received: number;
  /** Handed to TCP or UDP: not dropped by a rule. */
  readonly delivered: number;
}

/** Both sides, the same on every track: so every track is sent the very same packets. */
export const SENDER = { hardware: "02:00:00:00:00:01", 4: "10.77.0.1", 6: "fd77::1" } as const;
export const HOST = { hardware: "02:00:00:00:00:02", 4: "10.77.0.2", 6: "fd77::2" } as const;
/** The interface on either side. */
export const INTERFACE = "eth0";

let trackCount = 0;

/** @param benchId from `nextLabId`: whatever is left of a bench that died, a sweep of the labs removes. */
export async function createTrack(benchId: string, name: string): Promise<Track> {
  removeAtExit(benchId);
  trackCount += 1;
  const sender = `${benchId}-sender-${trackCount}`;
  const host = `${benchId}-host-${trackCount}`;
  await runCommand(["ip", "netns", "add", sender]);
  await runCommand(["ip", "netns", "add", host]);
  await runCommand([
    ...["ip", "link", "add", INTERFACE, "netns", sender, "address", SENDER.hardware, "type", "veth"],
    ...["peer", "name", INTERFACE, "netns", host, "address", HOST.hardware],
  ]);
  await setUpSide(sender, SENDER, HOST);
  await setUpSide(host, HOST, SENDER);
  // As behind a network card, which has verified the checksum before the kernel asks.
  await runCommand([...inside(host), "sysctl", "-qw", "net.netfilter.nf_conntrack_checksum=0"]);
  return {
    name,
    senderNamespacePath: namespacePath(sender),
    countPackets: (family) => countPackets(host, family),
    runOnSender: (command, options) => runCommand([...inside(sender), ...command], options),
    runOnHost: (command, options) => runCommand([...inside(host), ...command], options),
    spawnOnSender: (command) => startProcess([...inside(sender), ...command]),
    spawnOnHost: (command) => startProcess([...inside(host), ...command]),
    remove: async () => {
      // The kernel lets each wait for its own grace period: together they wait for one.
      await Promise.all([sender, host].map((name) => runCommand(["ip", "netns", "del", name])));
    },
  };
}

type Side = typeof SENDER | typeof HOST;

/** Neighbours are told, not asked for: no packet but those of the bench is on the wire. */
async function setUpSide(namespace: string, own: Side, peer: Side): Promise<void> {
  const lines = [
    "link set lo up",
    `addr add ${own[4]}/16 dev ${INTERFACE}`,
    `addr add ${own[6]}/32 dev ${INTERFACE} nodad`,
    `link set ${INTERFACE} up`,
    `neigh replace ${peer[4]} lladdr ${peer.hardware} dev ${INTERFACE} nud permanent`,
    `neigh replace ${peer[6]} lladdr ${peer.hardware} dev ${INTERFACE} nud permanent`,
    `route add default via ${peer[4]}`,
  ];
  await runCommand(["ip", "-n", namespace, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

async function countPackets(namespace: string, family: 4 | 6): Promise<PacketCounts> {
  // /proc/net is of the process that reads it.
  const { stdout } = await runCommand([...inside(namespace), "cat", "/proc/net/snmp", "/proc/net/snmp6"]);
  const [names = [], values = []] = stdout
    .split("\n")
    .filter((line) => line.startsWith("Ip:"))
    .map((line) => line.split(" "));
  const count = (name: string): number =>
    family === 4
      ? Number(values[names.indexOf(name)])
      : Number(new RegExp(`^Ip6${name}\\s+(\\d+)$`, "m").exec(stdout)?.[1]);
  return { received: count("InReceives"), delivered: count("InDelivers") };
}

function inside(namespace: string): readonly string[] {
  return ["nsenter", `--net=${namespacePath(namespace)}`, "--"];
}
