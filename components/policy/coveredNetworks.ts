import { AMONG_MARTIANS, MARTIANS } from "./martians";
import { compareIntervals, type Interval, isInOne, isInside, toInterval } from "./network";
import type { Network } from "./policy";

/** The networks of which an address lies in none of the others. Two halves are as good as the whole. */
export function uncovered(networks: readonly Network[], others: readonly Network[]): readonly Network[] {
  const isCovered = coverage(others);
  return networks.filter((network) => !isCovered(network));
}

/** What of the networks no network routes: such sources are dropped under a baseline that does not except them. */
export function martiansAmong(
  networks: readonly Network[],
  excepted: readonly Network[],
): readonly Network[] {
  const martians = networks.flatMap(martiansIn);
  return uncovered([...new Map(martians.map((martian) => [martian.cidr, martian])).values()], excepted);
}

/** The networks that have no other sources. */
export function allMartians(networks: readonly Network[], excepted: readonly Network[]): readonly Network[] {
  const isExcepted = coverage(excepted);
  return networks.filter((network) => AMONG_MARTIANS.isInside(network) && !isExcepted(network));
}

/** The networks that have such sources. */
export function withMartians(networks: readonly Network[], excepted: readonly Network[]): readonly Network[] {
  const isExcepted = coverage(excepted);
  return networks.filter((network) => martiansIn(network).some((martian) => !isExcepted(martian)));
}

function martiansIn(network: Network): readonly Network[] {
  if (AMONG_MARTIANS.isInside(network)) {
    return [network];
  }
  return AMONG_MARTIANS.overlaps(network) ? MARTIANS.filter((martian) => isInside(martian, network)) : [];
}

/** Looks networks up in the time of a binary search: a policy may have tens of thousands. */
function coverage(others: readonly Network[]): (network: Network) => boolean {
  const apart = joined(others.map(toInterval));
  return (network) => isInOne(apart, network);
}

/** The same addresses in the fewest stretches, sorted. Each is named after the network that it begins with. */
function joined(intervals: readonly Interval[]): readonly Interval[] {
  const apart: Interval[] = [];
  for (const interval of intervals.toSorted(compareIntervals)) {
    const before = apart.at(-1);
    if (before?.network.family !== interval.network.family || interval.first > before.last + 1n) {
      apart.push(interval);
    } else if (interval.last > before.last) {
      apart[apart.length - 1] = { ...before, last: interval.last };
    }
  }
  return apart;
}
