import { TCP_FLAGS, type TcpFlag } from "../model/packet";
import { CARRIERS, type Carrier, echoData, type Length, resized } from "./carriers";
import { toPort } from "./toPort";

/**
 * A packet as scripts write it: `8000/udp`, `7000/tcp` for a plain SYN, `7000/tcp fin+ack`, `7000/tcp null`, `ping`. With
 * `from 40000` behind it, it comes from that port; sent once more, it is what a retransmission is. Who carries a token, 32
 * hexadecimal digits, is `9/udp datagram TOKEN`, `69/udp tftp TOKEN`, `53/udp dns TOKEN` or `ping TOKEN`; with `longer` or
 * `shorter` behind it it is a byte too long or too short, with `multicast` it goes to all hosts of its network. What goes to
 * an address that is a token, also of 32 hexadecimal digits, is `22/tcp to TOKEN` or `ping to TOKEN`; over IPv4 it goes to the
 * host's own.
 */
export type PacketText = string;

export type RawPacket =
  | ({ readonly protocol: "tcp"; readonly flags: readonly TcpFlag[] } & Ports & Carried)
  | ({ readonly protocol: "udp" } & Ports & Carried)
  /** Its reply is `open`. @default id one that is not in use */
  | ({ readonly protocol: "ping"; readonly id?: number } & Carried);

interface Ports {
  readonly port: number;
  /** @default one that is not in use */
  readonly fromPort?: number;
}

interface Carried {
  /** In hexadecimal. */
  readonly data?: string;
  /** What it carries as a token should be carried. */
  readonly token?: string;
  readonly isMulticast?: boolean;
  /** The address that it goes to, in hexadecimal. */
  readonly to?: string;
}

/** An ICMP message of either family in hexadecimal; its checksum is filled in. */
export interface RawMessage {
  readonly protocol: "icmp";
  readonly message: string;
}

export function toRawPacket(text: PacketText): RawPacket {
  const [packet = "", to] = text.split(" to ");
  return { ...toPacket(packet), ...(to !== undefined && { to }) };
}

function toPacket(text: PacketText): RawPacket {
  const [what = "", fromPort] = text.split(" from ");
  const [where = "", ...words] = what.split(" ");
  if (where === "ping") {
    const [token, ...how] = words;
    return { protocol: "ping", ...(token !== undefined && carried(token, how, echoData)) };
  }
  const { protocol, port } = toPort(where);
  const ports = { port, ...(fromPort !== undefined && { fromPort: Number(fromPort) }) };
  if (protocol === "udp") {
    const [carrier, token, ...how] = words;
    return {
      protocol,
      ...ports,
      ...(token !== undefined && carried(token, how, CARRIERS[carrier as Carrier])),
    };
  }
  const named = (words[0] ?? "syn").split("+");
  return { protocol, flags: TCP_FLAGS.filter((flag) => named.includes(flag)), ...ports };
}

function carried(token: string, how: readonly string[], carry: (token: string) => string): Carried {
  const length = how.find((word): word is Length => word === "shorter" || word === "longer");
  return {
    data: resized(carry(token), length),
    ...(length === undefined && { token }),
    ...(how.includes("multicast") && { isMulticast: true }),
  };
}
