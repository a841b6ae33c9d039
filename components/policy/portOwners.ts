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

/** Claims that overlap one that begins before them, each with the owner of the one that reaches furthest. */
export function overlappingClaims<T>(claims: readonly Claim<T>[]): readonly (readonly [T, T])[] {
  const sorted = claims.toSorted((a, b) => comparePortRanges(a.range, b.range));
  const furthest = furthestSoFar(sorted);
  return sorted.flatMap(({ range, owner }, index) => {
    const before = furthest[index - 1];
    return before !== undefined && overlaps(before.range, range) ? [[before.owner, owner] as const] : [];
  });
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
