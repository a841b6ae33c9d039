import * as ipaddr from "ipaddr.js";
import { compareIntervals, type Interval, toInterval } from "../policy/network";
import type { Network } from "../policy/policy";

/** A network among others, with those that lie right in it. */
export interface NetworkNode {
  readonly network: Network;
  readonly inside: readonly NetworkNode[];
  /** An address of it that lies in none of those inside; nothing where they cover it whole. */
  readonly example: string | undefined;
}

/**
 * The networks by which of them lie in which: two of them are apart, or one lies in the other.
 * It takes the time of sorting them.
 *
 * @param networks none twice.
 */
export function networkTree(networks: readonly Network[]): readonly NetworkNode[] {
  const roots: Growing[] = [];
  const open: Growing[] = [];
  for (const interval of networks.map(toInterval).toSorted(compareIntervals)) {
    for (let outer = open.at(-1); outer !== undefined && !holds(outer, interval); outer = open.at(-1)) {
      open.pop();
    }
    const node: Growing = { interval, inside: [] };
    (open.at(-1)?.inside ?? roots).push(node);
    open.push(node);
  }
  return roots.map(toNode);
}

/** While the networks inside are still coming. */
interface Growing {
  readonly interval: Interval;
  readonly inside: Growing[];
}

/** Of one that does not begin after the other. */
function holds({ interval }: Growing, { network, last }: Interval): boolean {
  return interval.network.family === network.family && last <= interval.last;
}

function toNode({ interval, inside }: Growing): NetworkNode {
  const { network, first, last } = interval;
  let free = first;
  for (const { interval: taken } of inside) {
    if (free < taken.first) {
      break;
    }
    free = taken.last + 1n;
  }
  return {
    network,
    inside: inside.map(toNode),
    example: free > last ? undefined : toAddress(free, network.family),
  };
}

function toAddress(number: bigint, family: Network["family"]): string {
  const length = family === 4 ? 4 : 16;
  const bytes = Array.from({ length }, (_, index) =>
    Number((number >> BigInt(8 * (length - 1 - index))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}
