import {
  addressBytes,
  type Bytes,
  type Flow,
  type IpParts,
  ip,
  isIPv6,
  long,
  PROTOCOL,
  udp,
  word,
} from "./frames";
import type { Probe } from "./probe";
import { synOf } from "./tcpProbes";

const DATA = Array.from({ length: 64 }, (_, index) => index);
const BROADCAST = "10.77.255.255";

/** What either transport may be sent in. */
const HEADERS: readonly (readonly [string, Omit<IpParts, "protocol">, (4 | 6)?])[] = [
  ["a service class", { serviceClass: 0x48 }],
  ["congestion experienced", { serviceClass: 3 }],
  ["TTL 1", { ttl: 1 }],
  ["TTL 255", { ttl: 255 }],
  ["may be fragmented", { fragment: 0 }, 4],
  ["the reserved flag", { fragment: 0x8000 }, 4],
  ["padding for options", { options: [1, 1, 1, 0] }, 4],
  ["record route", { options: [7, 7, 4, 0, 0, 0, 0, 1] }, 4],
  ["a full record route", { options: [7, 7, 8, 10, 0, 0, 1, 1] }, 4],
  ["timestamps", { options: [68, 8, 5, 0, 0, 0, 0, 0] }, 4],
  ["loose source route", { options: [131, 7, 4, 10, 77, 0, 1, 1] }, 4],
  ["a finished loose source route", { options: [131, 7, 8, 10, 77, 0, 1, 1] }, 4],
  ["strict source route", { options: [1, 137, 7, 4, 10, 77, 0, 1] }, 4],
  ["router alert", { options: [148, 4, 0, 0] }, 4],
  ["a security label", { options: [134, 6, 0, 0, 0, 1, 1, 1] }, 4],
  ["an unknown option", { options: [158, 4, 1, 2] }, 4],
  ["an option of no length", { options: [7, 0, 4, 0] }, 4],
  ["an option longer than all", { options: [7, 39, 4, 0] }, 4],
  ["a flow label", { flowLabel: 0x12345 }, 6],
  ["empty destination options", { extensions: [[60, [0, 0, 1, 4, 0, 0, 0, 0]]] }, 6],
  ["a destination option to skip", { extensions: [[60, [0, 0, 0x1e, 4, 0, 0, 0, 0]]] }, 6],
  ["a destination option to drop", { extensions: [[60, [0, 0, 0x5e, 4, 0, 0, 0, 0]]] }, 6],
  ["a destination option to report", { extensions: [[60, [0, 0, 0x9e, 4, 0, 0, 0, 0]]] }, 6],
  ["a destination option to report unicast", { extensions: [[60, [0, 0, 0xde, 4, 0, 0, 0, 0]]] }, 6],
  ["empty hop-by-hop options", { extensions: [[0, [0, 0, 1, 4, 0, 0, 0, 0]]] }, 6],
  ["router alert, hop by hop", { extensions: [[0, [0, 0, 5, 2, 0, 0, 1, 0]]] }, 6],
  ["a hop-by-hop option to report", { extensions: [[0, [0, 0, 0x9e, 4, 0, 0, 0, 0]]] }, 6],
  [
    "hop-by-hop options at the wrong place",
    {
      extensions: [
        [60, [0, 0, 1, 4, 0, 0, 0, 0]],
        [0, [0, 0, 1, 4, 0, 0, 0, 0]],
      ],
    },
    6,
  ],
  [
    "a finished routing header",
    { extensions: [[43, [0, 2, 0, 0, ...long(0), ...long(0), ...long(0), ...long(0), ...long(0)]]] },
    6,
  ],
  ["a routing header", { extensions: [[43, [0, 2, 0, 1, ...long(0), ...addressBytes("fd77::99")]]] }, 6],
  ["an unknown routing header", { extensions: [[43, [0, 0, 200, 1, 0, 0, 0, 0]]] }, 6],
  ["a fragment that is all", { extensions: [[44, [0, 0, 0, 0, ...long(77)]]] }, 6],
  ["mobility before it", { extensions: [[135, [0, 0, 0, 0, 0, 0, 0, 0]]] }, 6],
  ["an authentication header", { extensions: [[51, [0, 2, 0, 0, ...long(1), ...long(1), ...long(1)]]] }, 6],
];

/** Sources that nobody has, or that only others may have. */
const SOURCES: readonly (readonly [string, string | ((flow: Flow) => string), (4 | 6)?])[] = [
  ["the host itself", ({ to }) => to],
  ["loopback", "127.0.0.1", 4],
  ["loopback", "::1", 6],
  ["no address", "0.0.0.0", 4],
  ["no address", "::", 6],
  ["everybody", "255.255.255.255", 4],
  ["the link's broadcast address", BROADCAST, 4],
  ["a multicast group", "224.0.0.9", 4],
  ["a multicast group", "ff02::9", 6],
  ["a reserved address", "240.0.0.9", 4],
  ["an IPv4 address in IPv6", "::ffff:10.128.0.9", 6],
  ["an address of the link", "fe80::99", 6],
];

const TARGETS: readonly (readonly [
  string,
  { readonly to?: string; readonly isBroadcast?: true },
  (4 | 6)?,
])[] = [
  ["in a frame for everybody", { isBroadcast: true }],
  ["to the link's broadcast address", { to: BROADCAST, isBroadcast: true }, 4],
  ["to the broadcast address in a frame for the host", { to: BROADCAST }, 4],
  ["to everybody", { to: "255.255.255.255", isBroadcast: true }, 4],
  ["to a multicast group", { to: "224.0.0.1", isBroadcast: true }, 4],
  ["to a multicast group", { to: "ff02::1", isBroadcast: true }, 6],
];

type Transport = "SYN" | "UDP";

export const IP_PROBES: readonly Probe[] = (["SYN", "UDP"] as const).flatMap((transport) => [
  ...HEADERS.map(
    ([name, parts, family]): Probe => ({
      name: `${transport}: ${name}`,
      ...(family && { family }),
      packets: (flow) => [packet(transport, flow, parts)],
    }),
  ),
  ...SOURCES.map(
    ([name, from, family]): Probe => ({
      name: `${transport} from ${name}`,
      ...(family && { family }),
      from: typeof from === "string" ? () => from : from,
      packets: (flow) => [packet(transport, flow, {})],
    }),
  ),
  ...TARGETS.map(
    ([name, target, family]): Probe => ({
      name: `${transport} ${name}`,
      ...(family && { family }),
      ...target,
      packets: (flow) => [packet(transport, flow, {})],
    }),
  ),
  ...fragmented(transport),
]);

function fragmented(transport: Transport): readonly Probe[] {
  const pieces = (flow: Flow) => fragments(transport, flow);
  return [
    { name: `${transport} in fragments`, packets: pieces },
    { name: `${transport} in fragments, the last one first`, packets: (flow) => pieces(flow).toReversed() },
    { name: `${transport}: the first fragment alone`, packets: (flow) => pieces(flow).slice(0, 1) },
    { name: `${transport}: the last fragment alone`, packets: (flow) => pieces(flow).slice(-1) },
    {
      name: `${transport} in fragments, one twice`,
      packets: (flow) => [...pieces(flow).slice(0, 1), ...pieces(flow)],
    },
  ];
}

function packet(transport: Transport, flow: Flow, parts: Omit<IpParts, "protocol">): Bytes {
  return ip(flow, { ...parts, protocol: protocolOf(transport) }, payload(transport, flow));
}

/** The smallest pieces: ports and flags come in different ones. */
function fragments(transport: Transport, flow: Flow): readonly Bytes[] {
  const whole = payload(transport, flow);
  const protocol = protocolOf(transport);
  const starts = Array.from({ length: Math.ceil(whole.length / 8) }, (_, index) => 8 * index);
  return starts.map((start) => {
    const more = start + 8 < whole.length ? 1 : 0;
    const parts: IpParts = isIPv6(flow)
      ? { protocol, extensions: [[44, [0, 0, ...word(start | more), ...long(flow.fromPort)]]] }
      : { protocol, fragment: (start / 8) | (more << 13) };
    return ip(flow, parts, whole.slice(start, start + 8));
  });
}

function payload(transport: Transport, flow: Flow): Bytes {
  return transport === "SYN" ? synOf(flow) : udp(flow, { data: DATA });
}

function protocolOf(transport: Transport): number {
  return transport === "SYN" ? PROTOCOL.tcp : PROTOCOL.udp;
}
