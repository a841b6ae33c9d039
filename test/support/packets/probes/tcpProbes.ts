import { type Bytes, FLAG, type Flow, ip, PROTOCOL, type TcpParts, tcp } from "./frames";
import type { Probe } from "./probe";

const { fin, syn, rst, psh, ack, urg, ece, cwr } = FLAG;
const DATA = [...Buffer.from("SSH-2.0-probe\r\n")];
const EOL = 0;
const NOP = 1;

/** Combinations of flags, by what a scanner calls them. */
const FLAGS: Readonly<Record<string, number>> = {
  SYN: syn,
  "SYN+ECE+CWR": syn | ece | cwr,
  "SYN+PSH+URG": syn | psh | urg,
  "SYN+FIN": syn | fin,
  "SYN+RST": syn | rst,
  "SYN+ACK": syn | ack,
  ACK: ack,
  "ACK+PSH": ack | psh,
  FIN: fin,
  "FIN+ACK": fin | ack,
  RST: rst,
  "RST+ACK": rst | ack,
  NULL: 0,
  XMAS: fin | psh | urg,
  "all flags": 255,
};

const WITH: readonly (readonly [string, TcpParts])[] = [
  ["SYN with data", { flags: syn, data: DATA }],
  ["ACK with data", { flags: ack | psh, data: DATA }],
  ["FIN with data", { flags: fin | ack, data: DATA }],
  ["SYN with an urgent pointer", { flags: syn | urg, urgent: 7 }],
  ["SYN with reserved bits", { flags: syn, reserved: 0x0e }],
  ["SYN at the end of the sequence numbers", { flags: syn, sequence: 0xffff_ffff, data: DATA }],
  ["SYN that acknowledges without ACK", { flags: syn, acknowledged: 77 }],
  [
    "SYN with the usual options",
    { flags: syn, options: [2, 4, 5, 180, 4, 2, 8, 10, ...zeros(8), NOP, 3, 3, 7] },
  ],
  ["SYN that asks for a Fast Open cookie", { flags: syn, options: [34, 2, NOP, NOP] }],
  [
    "SYN with a Fast Open cookie and data",
    { flags: syn, options: [34, 10, ...zeros(8), NOP, NOP], data: DATA },
  ],
  ["SYN for Multipath TCP", { flags: syn, options: [30, 4, 1, 1] }],
  ["SYN with an unknown option", { flags: syn, options: [77, 4, 1, 2] }],
  ["SYN with an option of no length", { flags: syn, options: [8, 0, EOL, EOL] }],
  ["SYN with TCP-AO", { flags: syn, options: [29, 16, 1, 1, ...zeros(12)] }],
  ["SYN with an MD5 signature", { flags: syn, options: [19, 18, ...zeros(16), NOP, NOP] }],
  ["SYN with an MD5 signature behind padding", { flags: syn, options: [NOP, NOP, 19, 18, ...zeros(16)] }],
  ["SYN with a wrong checksum", { flags: syn, isDamaged: true }],
  ["ACK with a wrong checksum", { flags: ack, isDamaged: true }],
  ["FIN with a wrong checksum", { flags: fin, isDamaged: true }],
  ["SYN whose header is said to be too short", { flags: syn, words: 4 }],
  ["SYN whose header is said to be longer than all", { flags: syn, words: 15 }],
  ["ACK whose header is said to be longer than all", { flags: ack, words: 15 }],
  ["FIN whose header is said to be too short", { flags: fin, words: 4 }],
  ["FIN whose header is said to be longer than all", { flags: fin, words: 15 }],
];

export const TCP_PROBES: readonly Probe[] = [
  ...Object.entries(FLAGS).map(([name, flags]) => oneSegment(name, { flags })),
  ...WITH.map(([name, parts]) => oneSegment(name, parts)),
  { ...oneSegment("SYN from port 0", { flags: syn }), fromPort: () => 0 },
  { ...oneSegment("SYN from the port itself", { flags: syn }), fromPort: ({ port }) => port },
  ...[8, 14, 19].map(
    (bytes): Probe => ({
      name: `SYN of ${bytes} bytes`,
      packets: (flow) => [ip(flow, { protocol: PROTOCOL.tcp }, synOf(flow).slice(0, bytes))],
    }),
  ),
];

export function synOf(flow: Flow): Bytes {
  return tcp(flow, { flags: syn });
}

function oneSegment(name: string, parts: TcpParts): Probe {
  return { name, packets: (flow) => [ip(flow, { protocol: PROTOCOL.tcp }, tcp(flow, parts))] };
}

function zeros(count: number): Bytes {
  return Array.from({ length: count }, () => 0);
}
