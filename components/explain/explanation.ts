import { contains } from "../policy/network";
import type { Network, Policy, Port } from "../policy/policy";
import { printPortRange } from "../policy/portRange";

/** A packet that opens something new, a plain SYN or a first datagram, from a source that has not knocked. */
export interface ExplainedPacket extends Port {
  readonly address: string;
}

/** What becomes of a packet. */
export type Fate =
  /** The table lets it in: who listens on the port answers, or the host says that nobody does. */
  | "accepted"
  /** The table has nothing to say: it meets whatever else the host has. */
  | "left alone"
  /** Answered as a closed port answers. */
  | "refused"
  /** No answer. */
  | "dropped";

/** The steps of `docs/semantics.md` of which an explanation speaks, by the numbers of that page's lists. */
export const STEPS = {
  guardedPort: "knocking 1",
  openPort: "knocking 2",
  noOpenPort: "knocking 3 to 6",
  /** Of the baseline; without one no list has it. */
  loopback: "baseline 2",
  martians: "baseline 9",
  openPorts: "baseline 10",
  traps: "baseline 11",
  everythingElse: "baseline 12",
} as const;

/** One step that looked at the packet. */
export interface ExplainedStep {
  readonly rule: (typeof STEPS)[keyof typeof STEPS] | "loopback";
  readonly words: string;
}

export interface Explanation {
  readonly fate: Fate;
  /** In the order in which the packet meets them; the last one decides. */
  readonly steps: readonly ExplainedStep[];
  /** What else is to be known: what a sequence would change, and who is blacklisted for this packet. */
  readonly notes: readonly string[];
}

export function decided(fate: Fate, steps: readonly ExplainedStep[]): Explanation {
  return { fate, steps, notes: [] };
}

export function answer({ guardedAnswer }: Policy): Fate {
  return guardedAnswer === "reject" ? "refused" : "dropped";
}

export function isAllowed({ allow }: Policy, { address }: ExplainedPacket): boolean {
  return contains(allow, address);
}

export function networkOf(networks: readonly Network[], { address }: ExplainedPacket): string {
  return networks.find((network) => contains([network], address))?.cidr ?? address;
}

export function printPort({ protocol, port }: ExplainedPacket): string {
  return printPortRange({ protocol, from: port, to: port });
}
