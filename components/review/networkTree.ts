import * as ipaddr from "ipaddr.js";
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
  for (const span of networks.map(toSpan).toSorted(compareSpans)) {
    while ((open.at(-1)?.span.last ?? span.last) < span.last) {
      open.pop();
    }
    const node: Growing = { span, inside: [] };
    (open.at(-1)?.inside ?? roots).push(node);
    open.push(node);
  }
  return roots.map(toNode);
}

/** IPv6 addresses are counted behind those of IPv4: so no network of one family seems to lie in one of the other. */
interface Span {
  readonly network: Network;
  readonly first: bigint;
  readonly last: bigint;
}

/** While the networks inside are still coming. */
interface Growing {
  readonly span: Span;
  readonly inside: Growing[];
}

const FIRST_IPV6 = 1n << 32n;

function toSpan(network: Network): Span {
  const [base, prefix] = ipaddr.parseCIDR(network.cidr);
  const bytes = base.toByteArray();
  const number = bytes.reduce((sum, byte) => (sum << 8n) + BigInt(byte), 0n);
  const first = network.family === 4 ? number : FIRST_IPV6 + number;
  return { network, first, last: first + (1n << BigInt(8 * bytes.length - prefix)) - 1n };
}

/** The wider one of two that begin alike comes first. */
function compareSpans(a: Span, b: Span): number {
  if (a.first !== b.first) {
    return a.first < b.first ? -1 : 1;
  }
  return a.last === b.last ? 0 : a.last > b.last ? -1 : 1;
}

function toNode({ span, inside }: Growing): NetworkNode {
  let free = span.first;
  for (const { span: taken } of inside) {
    if (free < taken.first) {
      break;
    }
    free = taken.last + 1n;
  }
  return {
    network: span.network,
    inside: inside.map(toNode),
    example: free > span.last ? undefined : toAddress(free, span.network.family),
  };
}

function toAddress(number: bigint, family: Network["family"]): string {
  const length = family === 4 ? 4 : 16;
  const value = family === 4 ? number : number - FIRST_IPV6;
  const bytes = Array.from({ length }, (_, index) =>
    Number((value >> BigInt(8 * (length - 1 - index))) & 0xffn),
  );
  return ipaddr.fromByteArray(bytes).toString();
}
