import { type Bytes, type Flow, ip, PROTOCOL, type UdpParts, udp, word } from "./frames";
import type { Probe } from "./probe";

const DATA = Array.from({ length: 100 }, (_, index) => index);
const MUCH = Array.from({ length: 1400 }, (_, index) => index & 255);

const WITH: readonly (readonly [string, UdpParts])[] = [
  ["UDP", {}],
  ["UDP with data", { data: DATA }],
  ["UDP with much data", { data: MUCH }],
  ["UDP without a checksum", { data: DATA, checksum: "none" }],
  ["UDP with a wrong checksum", { data: DATA, checksum: "wrong" }],
  ["UDP of a length below its header's", { data: DATA, length: 7 }],
  ["UDP of length 0", { data: DATA, length: 0 }],
  ["UDP of a length beyond the packet's", { data: DATA, length: 400 }],
  ["UDP of a length below the packet's", { data: DATA, length: 50 }],
];

/** Other protocols whose ports lie where TCP's and UDP's do. */
const OTHERS: Readonly<Record<string, readonly [number, (flow: Flow) => Bytes]>> = {
  "UDP-Lite": [PROTOCOL.udpLite, (flow) => udp(flow, { data: DATA })],
  SCTP: [PROTOCOL.sctp, ({ fromPort, port }) => [...word(fromPort), ...word(port), ...DATA]],
  DCCP: [PROTOCOL.dccp, ({ fromPort, port }) => [...word(fromPort), ...word(port), ...DATA]],
};

export const UDP_PROBES: readonly Probe[] = [
  ...WITH.map(([name, parts]) => datagram(name, parts)),
  { ...datagram("UDP from port 0", { data: DATA }), fromPort: () => 0 },
  { ...datagram("UDP from the port itself", { data: DATA }), fromPort: ({ port }) => port },
  ...[4, 7].map(
    (bytes): Probe => ({
      name: `UDP of ${bytes} bytes`,
      packets: (flow) => [ip(flow, { protocol: PROTOCOL.udp }, udp(flow, {}).slice(0, bytes))],
    }),
  ),
  ...Object.entries(OTHERS).map(
    ([name, [protocol, payload]]): Probe => ({
      name,
      packets: (flow) => [ip(flow, { protocol }, payload(flow))],
    }),
  ),
];

function datagram(name: string, parts: UdpParts): Probe {
  return { name, packets: (flow) => [ip(flow, { protocol: PROTOCOL.udp }, udp(flow, parts))] };
}
