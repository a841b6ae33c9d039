import * as ipaddr from "ipaddr.js";
import { countWhile } from "../policy/countWhile";
import { MARTIANS } from "../policy/martians";
import { isInside, neighbourhood, parseNetwork, prefixOf } from "../policy/network";
import type { Network } from "../policy/policy";
import type { FactChange } from "./change";

/** The change without networks that others had, or have now, all together: they are as they were. */
export function withoutCovered(
  change: FactChange,
  before: readonly string[],
  after: readonly string[],
): FactChange {
  return {
    ...change,
    removed: uncovered(change.removed, after),
    added: uncovered(change.added, before),
  };
}

/** The networks of which an address lies in none of the others. Two halves are as good as the whole. */
export function uncovered(networks: readonly string[], others: readonly string[]): readonly string[] {
  const isCovered = coverage(others);
  return networks.filter((network) => !isCovered(network));
}

/** What of the networks no network routes: such sources are dropped under a baseline that does not except them. */
export function martiansAmong(networks: readonly string[], excepted: readonly string[]): readonly string[] {
  return uncovered([...new Set(networks.flatMap(martiansIn))], excepted);
}

/** The networks that have no other sources. */
export function allMartians(networks: readonly string[], excepted: readonly string[]): readonly string[] {
  const isExcepted = coverage(excepted);
  return networks.filter((network) =>
    parsed(network).some((each) => AMONG_MARTIANS.isInside(each) && !isExcepted(network)),
  );
}

/** The networks that have such sources. */
export function withMartians(networks: readonly string[], excepted: readonly string[]): readonly string[] {
  const isExcepted = coverage(excepted);
  return networks.filter((network) => martiansIn(network).some((martian) => !isExcepted(martian)));
}

const AMONG_MARTIANS = neighbourhood(MARTIANS);

function martiansIn(text: string): readonly string[] {
  return parsed(text).flatMap((network) => {
    if (AMONG_MARTIANS.isInside(network)) {
      return [network.cidr];
    }
    const inside = AMONG_MARTIANS.overlaps(network)
      ? MARTIANS.filter((martian) => isInside(martian, network))
      : [];
    return inside.map(({ cidr }) => cidr);
  });
}

/** Looks networks up in the time of a binary search: a policy may have tens of thousands. */
function coverage(others: readonly string[]): (network: string) => boolean {
  const apart = joined(others.flatMap(spansOf));
  const isCovered = ({ family, first, end }: Span): boolean => {
    const before = countWhile(
      apart,
      (other) => other.family < family || (other.family === family && other.first <= first),
    );
    const other = apart[before - 1];
    return other?.family === family && other.end >= end;
  };
  return (network) => {
    const spans = spansOf(network);
    return spans.length > 0 && spans.every(isCovered);
  };
}

/** A network as numbers, `end` being the first that lies behind it. */
interface Span {
  readonly family: Network["family"];
  readonly first: bigint;
  readonly end: bigint;
}

function spansOf(text: string): readonly Span[] {
  return parsed(text).map((network) => {
    const bytes = ipaddr.parseCIDR(network.cidr)[0].toByteArray();
    const first = bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
    return {
      family: network.family,
      first,
      end: first + (1n << BigInt(8 * bytes.length - prefixOf(network))),
    };
  });
}

/** The same addresses in the fewest spans, sorted. */
function joined(spans: readonly Span[]): readonly Span[] {
  const apart: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.family - b.family || (a.first < b.first ? -1 : 1))) {
    const last = apart.at(-1);
    if (last?.family !== span.family || span.first > last.end) {
      apart.push(span);
    } else if (span.end > last.end) {
      apart[apart.length - 1] = { ...last, end: span.end };
    }
  }
  return apart;
}

function parsed(text: string): readonly Network[] {
  const network = parseNetwork(text);
  return network.kind === "value" ? [network.value] : [];
}
