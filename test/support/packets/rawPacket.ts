import { TCP_FLAGS, type TcpFlag } from "../model/packet";
import { toPort } from "./toPort";

/**
 * A packet as scripts write it: `8000/udp`, `7000/tcp` for a plain SYN, `7000/tcp fin+ack`, `7000/tcp null`, `ping`. With
 * `from 40000` behind it, it comes from that port; sent once more, it is what a retransmission is.
 */
export type PacketText = string;

export type RawPacket =
  | ({ readonly protocol: "tcp"; readonly flags: readonly TcpFlag[] } & Ports)
  | ({ readonly protocol: "udp" } & Ports)
  /** Its reply is `open`. @default id one that is not in use */
  | { readonly protocol: "ping"; readonly id?: number };

interface Ports {
  readonly port: number;
  /** @default one that is not in use */
  readonly fromPort?: number;
}

/** An ICMP message of either family in hexadecimal; its checksum is filled in. */
export interface RawMessage {
  readonly protocol: "icmp";
  readonly message: string;
}

export function toRawPacket(text: PacketText): RawPacket {
  if (text === "ping") return { protocol: "ping" };
  const [what = "", fromPort] = text.split(" from ");
  const [where = "", flags = "syn"] = what.split(" ");
  const { protocol, port } = toPort(where);
  const ports = { port, ...(fromPort !== undefined && { fromPort: Number(fromPort) }) };
  if (protocol === "udp") return { protocol, ...ports };
  const named = flags.split("+");
  return { protocol, flags: TCP_FLAGS.filter((flag) => named.includes(flag)), ...ports };
}
