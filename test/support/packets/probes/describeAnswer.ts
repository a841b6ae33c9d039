import * as ipaddr from "ipaddr.js";
import type { Bytes, Flow } from "./frames";

/** A packet that came back, with what tells which probe it answers. */
export interface Answer {
  readonly to: string;
  /** The port that it is for; of an error, the one that what it quotes came from. */
  readonly toPort: number | undefined;
  /** All of it in words, but for addresses, ports, checksums and numbers that are drawn at random. */
  describe(sent: { readonly flow: Flow; readonly packets: readonly Bytes[] }): string;
}

const TCP_FLAGS = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"];
const UNREACHABLE = { 4: 3, 6: 1 };

/** Of a packet that is neither IPv4 nor IPv6, nothing. */
export function readAnswer(packet: Buffer): Answer | undefined {
  const version = (packet[0] ?? 0) >> 4;
  if (version !== 4 && version !== 6) return undefined;
  const header = version === 4 ? readIPv4(packet) : readIPv6(packet);
  const { protocol, payload } = header;
  const isTransport = protocol === 6 || protocol === 17;
  const isError = protocol === 1 || protocol === 58;
  const quoted = isError ? readQuoted(payload.subarray(8)) : undefined;
  return {
    to: header.to,
    toPort: isTransport ? payload.readUInt16BE(2) : quoted,
    describe: ({ flow, packets }) => {
      const what =
        protocol === 6
          ? describeTcp(payload)
          : isError
            ? describeIcmp(version, payload, packets)
            : `protocol ${protocol}, ${payload.length} bytes`;
      return `${what}; ${withoutAddresses(header.words, flow)}`;
    },
  };
}

interface Header {
  readonly to: string;
  readonly protocol: number;
  readonly payload: Buffer;
  readonly words: string;
}

function readIPv4(packet: Buffer): Header {
  const bytes = 4 * ((packet[0] ?? 0) & 15);
  const [serviceClass, ttl, protocol] = [1, 8, 9].map((at) => packet[at] ?? 0);
  const fragment = packet.readUInt16BE(6);
  const id = packet.readUInt16BE(4) === 0 ? "0" : "some";
  const options = packet.subarray(20, bytes).toString("hex");
  const words = [`class ${serviceClass}`, `ttl ${ttl}`, `fragment ${fragment.toString(16)}`, `id ${id}`];
  return {
    to: printAddress(packet.subarray(16, 20)),
    protocol: protocol ?? 0,
    payload: packet.subarray(bytes, packet.readUInt16BE(2)),
    words: [...words, ...(options === "" ? [] : [`options ${options}`])].join(" "),
  };
}

function readIPv6(packet: Buffer): Header {
  const first = packet.readUInt32BE(0);
  const label = (first & 0xfffff) === 0 ? "0" : "some";
  return {
    to: printAddress(packet.subarray(24, 40)),
    protocol: packet[6] ?? 0,
    payload: packet.subarray(40, 40 + packet.readUInt16BE(4)),
    words: `class ${(first >>> 20) & 255} ttl ${packet[7]} label ${label}`,
  };
}

function describeTcp(segment: Buffer): string {
  const bits = segment[13] ?? 0;
  const flags = TCP_FLAGS.filter((_, index) => bits & (1 << index)).join("+");
  const [sequence, acknowledged] = [4, 8].map((at) => segment.readUInt32BE(at));
  const window = segment.readUInt16BE(14);
  const rest = segment.subarray(20).toString("hex") || "nothing";
  const reserved = (segment[12] ?? 0) & 15;
  return `${flags} sequence ${sequence} acknowledges ${acknowledged} window ${window} urgent ${segment.readUInt16BE(18)} reserved ${reserved} and ${rest}`;
}

function describeIcmp(version: 4 | 6, message: Buffer, packets: readonly Bytes[]): string {
  const [type, code] = message;
  const quoted = message.subarray(8).toString("hex");
  const isAsSent = packets.some((packet) => Buffer.from(packet).toString("hex").startsWith(quoted));
  const kind = type === UNREACHABLE[version] ? "unreachable" : `icmp ${type}`;
  const rest = message.readUInt32BE(4);
  return `${kind} ${code} rest ${rest} quotes ${quoted.length / 2} bytes${isAsSent ? " as sent" : ""}`;
}

/** The port that a quoted packet came from, where it has no extension headers. */
function readQuoted(packet: Buffer): number | undefined {
  const isFour = (packet[0] ?? 0) >> 4 === 4;
  const protocol = packet[isFour ? 9 : 6] ?? 0;
  const at = isFour ? 4 * ((packet[0] ?? 0) & 15) : 40;
  return (protocol === 6 || protocol === 17) && packet.length >= at + 2 ? packet.readUInt16BE(at) : undefined;
}

function withoutAddresses(words: string, { from, to }: Flow): string {
  const hex = (address: string) => Buffer.from(ipaddr.parse(address).toByteArray()).toString("hex");
  return words.replaceAll(hex(from), "(prober)").replaceAll(hex(to), "(host)");
}

function printAddress(bytes: Buffer): string {
  return ipaddr.fromByteArray([...bytes]).toString();
}
