import { countWhile } from "./countWhile";
import type { PortRange } from "./policy";
import { comparePortRanges, overlaps } from "./portRange";

/** Somebody's port range. */
export interface Claim<T> {
  readonly range: PortRange;
  readonly owner: T;
}

/**
 * Finds somebody who owns a port of a range, in the time of a binary search: a policy may have tens of thousands
 * of knocks and services.
 */
export function portOwners<T>(claims: readonly Claim<T>[]): (range: PortRange) => T | undefined {
  const sorted = claims.toSorted((a, b) => comparePortRanges(a.range, b.range));
  const furthest = furthestSoFar(sorted);
  return (range) => {
    // Of the ranges that begin before this one ends, the one that reaches furthest overlaps if any does.
    const beginBefore = countWhile(sorted, (claim) => beginsBeforeEndOf(claim.range, range));
    const candidate = furthest[beginBefore - 1];
    return candidate !== undefined && overlaps(candidate.range, range) ? candidate.owner : undefined;
  };
}

/** More than a person reads; behind it each claim comes with one other alone, for all pairs may be a million. */
const ENOUGH_PAIRS = 1000;

/** Who claims a port that another one claims too, in pairs. */
export function overlappingClaims<T>(claims: readonly Claim<T>[]): readonly (readonly [T, T])[] {
  const sorted = claims.toSorted((a, b) => comparePortRanges(a.range, b.range));
  const furthest = furthestSoFar(sorted);
  const pairs: (readonly [T, T])[] = [];
  let reaching: readonly Claim<T>[] = [];
  for (const [index, claim] of sorted.entries()) {
    const before = pairs.length < ENOUGH_PAIRS ? reaching : furthest.slice(Math.max(index - 1, 0), index);
    // What ends before this one begins, ends before all that follow.
    const others = before.filter(({ range }) => overlaps(range, claim.range));
    pairs.push(...others.map(({ owner }) => [owner, claim.owner] as const));
    reaching = [...others, claim];
  }
  return pairs;
}

/** For each claim the one that reaches furthest up to here, of the same protocol. */
function furthestSoFar<T>(sorted: readonly Claim<T>[]): readonly Claim<T>[] {
  const furthest: Claim<T>[] = [];
  for (const claim of sorted) {
    const before = furthest.at(-1);
    const isFurther = before?.range.protocol !== claim.range.protocol || before.range.to < claim.range.to;
    furthest.push(before === undefined || isFurther ? claim : before);
  }
  return furthest;
}

function beginsBeforeEndOf(range: PortRange, other: PortRange): boolean {
  return range.protocol === other.protocol ? range.from <= other.to : range.protocol < other.protocol;
}
