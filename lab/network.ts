import { join } from "node:path";
import { runCommand } from "./runCommand";

export interface Addresses {
  readonly address4: string;
  readonly address6: string;
}

export interface Plug extends Addresses {
  /** The namespace that gets the interface `eth0`. */
  readonly namespace: string;
  /** The port of the bridge, in the operator's namespace. */
  readonly port: string;
  /** Kept over reboots, or neighbours would send to the old one until their caches expire. */
  readonly hardwareAddress: string;
}

// Wide enough that a lab can hold sources in different /24s and /64s without a router.
const prefix4 = 16;
const prefix6 = 32;

export function namespacePath(namespace: string): string {
  return join("/run/netns", namespace);
}

/** The operator's namespace with the bridge: no packet of a lab reaches an interface of this machine. */
export async function createOperatorNamespace(namespace: string, own: Addresses): Promise<void> {
  await runCommand(["ip", "netns", "add", namespace]);
  await ip(namespace, [
    "link set lo up",
    // Snooping would swallow neighbour discovery, as no router here queries for multicast listeners.
    "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
    `addr add ${own.address4}/${prefix4} dev br0`,
    `addr add ${own.address6}/${prefix6} dev br0 nodad`,
    "link set br0 up",
  ]);
}

/** Makes a namespace anew, whatever it held, and plugs it into the bridge. */
export async function plugNamespace(operator: string, plug: Plug): Promise<void> {
  const { namespace, port, hardwareAddress, address4, address6 } = plug;
  // The kernel takes a namespace apart in the background: the port is removed first, or its name is still taken.
  await runCommand(["ip", "-n", operator, "link", "del", port], { check: false });
  await runCommand(["ip", "netns", "del", namespace], { check: false });
  await runCommand(["ip", "netns", "add", namespace]);
  await ip(operator, [
    `link add ${port} type veth peer name eth0 address ${hardwareAddress} netns ${namespace}`,
    `link set ${port} master br0 up`,
  ]);
  await ip(namespace, [
    "link set lo up",
    `addr add ${address4}/${prefix4} dev eth0`,
    `addr add ${address6}/${prefix6} dev eth0 nodad`,
    "link set eth0 up",
  ]);
}

async function ip(namespace: string, lines: readonly string[]): Promise<void> {
  await runCommand(["ip", "-n", namespace, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}
