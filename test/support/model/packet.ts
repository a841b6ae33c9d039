import type { PortRange } from "../../../components/policy/policy";

export type TcpFlag = (typeof TCP_FLAGS)[number];

export const TCP_FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg"] as const;

/** A packet for the host itself that belongs to no connection. */
export type Packet = Carried & {
  /** An address: v4 and v6 are different sources. */
  readonly source: string;
  readonly port: number;
} & ({ readonly protocol: "udp" } | { readonly protocol: "tcp"; readonly flags: readonly TcpFlag[] });

/** An echo request: it is no knock. */
export interface Ping extends Carried {
  readonly source: string;
  readonly protocol: "ping";
}

interface Carried {
  /** The token that it carries, 32 hexadecimal digits, whether the host knows it or not. */
  readonly token?: string;
  /** It is for all hosts of its network, and its port is none of the policy. */
  readonly isMulticast?: boolean;
}

/** Whether a packet opens something new: only such a one is a knock, and only such a one resets. */
export function opensSomething(packet: Packet): boolean {
  return packet.protocol === "udp" || connecting(packet.flags) === "syn";
}

/**
 * What connection tracking calls a packet of no connection. Kernel 6.18, v4 and v6, all 64 combinations of flags
 * measured, with nf_conntrack_tcp_loose at its 1: a SYN and an ACK are new, with or without PSH and URG; everything
 * else is invalid.
 */
export function connectionState(packet: Packet): "new" | "invalid" {
  return packet.protocol === "udp" || ["syn", "ack"].includes(connecting(packet.flags)) ? "new" : "invalid";
}

/** No flag at all, or the three that light a Christmas tree: no system sends either. */
export function isNullOrXmas(packet: Packet): boolean {
  if (packet.protocol === "udp") return false;
  const { flags } = packet;
  return flags.length === 0 || (["fin", "psh", "urg"] as const).every((flag) => flags.includes(flag));
}

export function isAmong(ranges: readonly PortRange[], { protocol, port }: Packet): boolean {
  return ranges.some((range) => range.protocol === protocol && range.from <= port && port <= range.to);
}

/** The flags that say what a packet does to a connection, in a fixed order. */
function connecting(flags: readonly TcpFlag[]): string {
  return (["fin", "syn", "rst", "ack"] as const).filter((flag) => flags.includes(flag)).join(" ");
}
