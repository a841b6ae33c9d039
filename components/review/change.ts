import type { Outline, OutlinedKnock } from "../outline/outline";
import type { Door } from "../policy/door";
import type { PortRange } from "../policy/policy";
import type { SequenceId } from "../policy/sequenceId";

/** `opens up`: somebody gets in who did not, or more easily. `closes down`: the opposite. */
export type Direction = "opens up" | "closes down" | "changes";

/** One line of a review. */
export interface ReviewedChange {
  /** A service, a host, a group, a knocker, or what all services share: `all services`, `baseline`. */
  readonly subject: string;
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly direction: Direction;
  /** What that means for somebody who wants in. */
  readonly meaning: string;
}

export type Judgement = Pick<ReviewedChange, "direction" | "meaning">;

/** One of the two policies, and what it makes of ports. */
export interface Side {
  readonly outline: Outline;
  readonly doorOf: (ports: PortRange) => Door<OutlinedKnock>;
}

/** The two policies as one host has them, to look up what stands around a change. */
export interface Sides {
  readonly before: Side;
  readonly after: Side;
  /** Every port or range that is named in one of them. */
  readonly namedPorts: readonly PortRange[];
  /** Whose a sequence was that another one has now; nobody's where the policies do not say which are the same. */
  readonly formerOwner: (sequence: SequenceId) => SequenceId | undefined;
}

/** The direction of something that lets more in the larger it is. */
export function byWidth(before: number, after: number): Direction {
  return after > before ? "opens up" : after < before ? "closes down" : "changes";
}

/** Where some open up and some close down, that is what counts that opens up. */
export function widest(directions: readonly Direction[]): Direction {
  const order: readonly Direction[] = ["opens up", "closes down"];
  return order.find((direction) => directions.includes(direction)) ?? "changes";
}

/** The direction where some come in, and some do not any more. */
export function byNumber(gained: number, lost: number): Direction {
  return gained > 0 ? "opens up" : lost > 0 ? "closes down" : "changes";
}
