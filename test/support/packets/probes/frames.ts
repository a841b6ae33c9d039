import * as ipaddr from "ipaddr.js";

/** Where a probe comes from and goes to. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly fromPort: number;
  readonly port: number;
}

export type Bytes = readonly number[];

/** What an IP header is made of, where it is not as usual. */
export interface IpParts {
  readonly protocol: number;
  /** Type of service, traffic class. @default 0 */
  readonly serviceClass?: number;
  /** @default 64 */
  readonly ttl?: number;
  /** IPv4: flags and offset. @default do not fragment */
  readonly fragment?: number;
  /** IPv4, a multiple of four bytes. */
  readonly options?: Bytes;
  /** IPv6. @default 0 */
  readonly flowLabel?: number;
  /** IPv6: each with its number; where they name what follows is filled in. */
  readonly extensions?: readonly (readonly [number, Bytes])[];
}

export interface TcpParts {
  readonly flags: number;
  /** Words in the header, where it is to lie. */
  readonly words?: number;
  readonly reserved?: number;
  readonly sequence?: number;
  readonly acknowledged?: number;
  readonly urgent?: number;
  /** A multiple of four bytes. */
  readonly options?: Bytes;
  readonly data?: Bytes;
  readonly isDamaged?: boolean;
}

export interface UdpParts {
  readonly data?: Bytes;
  /** Where it is to lie. */
  readonly length?: number;
  readonly checksum?: "none" | "wrong";
}

export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, dccp: 33, icmp6: 58, sctp: 132, udpLite: 136 } as const;
export const FLAG = {
  ...{ fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32 },
  ...{ ece: 64, cwr: 128 },
} as const;

export function isIPv6({ to }: Flow): boolean {
  return to.includes(":");
}

export function tcp(flow: Flow, parts: TcpParts): Bytes {
  const { options = [], data = [], sequence = 1000, urgent = 0, reserved = 0 } = parts;
  const words = parts.words ?? 5 + options.length / 4;
  const acknowledged = parts.acknowledged ?? (parts.flags & FLAG.ack ? 2000 : 0);
  const head = [
    ...[...word(flow.fromPort), ...word(flow.port), ...long(sequence), ...long(acknowledged)],
    ...[(words << 4) | reserved, parts.flags, ...word(1024), 0, 0, ...word(urgent)],
  ];
  const segment = [...head, ...options, ...data];
  return filledIn(flow, PROTOCOL.tcp, segment, 16, parts.isDamaged);
}

export function udp(flow: Flow, { data = [], length, checksum }: UdpParts): Bytes {
  const datagram = [
    ...[...word(flow.fromPort), ...word(flow.port), ...word(length ?? 8 + data.length), 0, 0],
    ...data,
  ];
  return checksum === "none"
    ? datagram
    : filledIn(flow, PROTOCOL.udp, datagram, 6, checksum === "wrong", length);
}

/** A packet of either family. */
export function ip(flow: Flow, parts: IpParts, payload: Bytes): Bytes {
  return isIPv6(flow) ? ipv6(flow, parts, payload) : ipv4(flow, parts, payload);
}

function ipv4({ from, to }: Flow, parts: IpParts, payload: Bytes): Bytes {
  const { options = [], serviceClass = 0, ttl = 64, fragment = 0x4000, protocol } = parts;
  const headBytes = 20 + options.length;
  const head = [
    ...[0x40 | (headBytes / 4), serviceClass, ...word(headBytes + payload.length), ...word(7)],
    ...[...word(fragment), ttl, protocol, 0, 0, ...addressBytes(from), ...addressBytes(to), ...options],
  ];
  return [...withSum(head, 10, checksumOf(head)), ...payload];
}

function ipv6({ from, to }: Flow, parts: IpParts, payload: Bytes): Bytes {
  const { extensions = [], serviceClass = 0, ttl = 64, flowLabel = 0, protocol } = parts;
  const numbers = [...extensions.map(([number]) => number), protocol];
  const chained = extensions.flatMap(([, bytes], index) => [numbers[index + 1] ?? 0, ...bytes.slice(1)]);
  return [
    ...long(0x6000_0000 + serviceClass * 0x10_0000 + flowLabel),
    ...[...word(chained.length + payload.length), numbers[0] ?? protocol, ttl],
    ...[...addressBytes(from), ...addressBytes(to), ...chained, ...payload],
  ];
}

function filledIn(
  flow: Flow,
  protocol: number,
  segment: Bytes,
  at: number,
  isDamaged = false,
  length = segment.length,
): Bytes {
  const pseudo = [...addressBytes(flow.from), ...addressBytes(flow.to), ...long(length), ...long(protocol)];
  const sum = checksumOf([...pseudo, ...segment]);
  return withSum(segment, at, isDamaged ? sum ^ 0x5555 : sum);
}

function withSum(bytes: Bytes, at: number, sum: number): Bytes {
  return [...bytes.slice(0, at), ...word(sum), ...bytes.slice(at + 2)];
}

function checksumOf(bytes: Bytes): number {
  let sum = 0;
  for (let index = 0; index < bytes.length; index += 2) {
    sum += ((bytes[index] ?? 0) << 8) + (bytes[index + 1] ?? 0);
  }
  return 0xffff - (sum % 0xffff);
}

export function addressBytes(address: string): Bytes {
  return ipaddr.parse(address).toByteArray();
}

export function word(value: number): Bytes {
  return [(value >>> 8) & 255, value & 255];
}

export function long(value: number): Bytes {
  return [...word(value >>> 16), ...word(value)];
}
