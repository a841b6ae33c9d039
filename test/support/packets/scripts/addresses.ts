/** Where the sources of scripts lie, as a guarded station routes them: through the client that sends for them. */
export const SOURCE_NETWORKS = {
  /** For `exceptNetworks`: what lies in them is no martian. */
  own: ["10.128.0.0/9", "fd78::/16"],
  allowed: ["10.96.0.0/16", "fd79::/16"],
  martian: ["100.64.0.0/10", "3fff::/20"],
} as const;

/**
 * A kind of source. A neighbour shares the /24 or /64 of the plain one; who is near, only the /23 or /56; who is apart,
 * nothing.
 */
export type SourceKind = keyof typeof ADDRESSES;

/** How many plays can have addresses of their own. */
const PLAYS = 16_384;

const ADDRESSES = {
  v4: (play: number) => ipv4(10, 128, 512 * play + 1),
  "v4 neighbour": (play: number) => ipv4(10, 128, 512 * play + 2),
  "v4 near": (play: number) => ipv4(10, 128, 512 * play + 257),
  "v4 allowed": (play: number) => ipv4(10, 96, play + 1),
  "v4 martian": (play: number) => ipv4(100, 64, play + 1),
  v6: (play: number) => `fd78:${play.toString(16)}::1`,
  "v6 neighbour": (play: number) => `fd78:${play.toString(16)}::2`,
  "v6 near": (play: number) => `fd78:${play.toString(16)}:0:1::1`,
  "v6 apart": (play: number) => `fd78:${play.toString(16)}:1::1`,
  "v6 allowed": (play: number) => `fd79:${play.toString(16)}::1`,
  "v6 martian": (play: number) => `3fff:0:${play.toString(16)}::1`,
};

/** The address of a source in one play of a script: no other play has it, until they have all been used. */
export function addressOf(kind: SourceKind, play: number): string {
  return ADDRESSES[kind](play % PLAYS);
}

function ipv4(first: number, second: number, offset: number): string {
  return [first, second + (offset >>> 16), (offset >>> 8) & 255, offset & 255].join(".");
}
