import type { DrawnSequence, ReviewSide } from "./reviewSide";

/** Owners of sequences that were somebody else's before, and not theirs: people know them who did not get in here. */
export function formerOwners(before: ReviewSide, after: ReviewSide): ReadonlyMap<string, string> {
  const ownersBefore = new Map(before.sequences.map((sequence) => [identityOf(sequence), sequence.owner]));
  return new Map(
    after.sequences.flatMap((sequence) => {
      const former = ownersBefore.get(identityOf(sequence));
      return former === undefined || former === sequence.owner ? [] : [[sequence.owner, former] as const];
    }),
  );
}

function identityOf({ knocks }: DrawnSequence): string {
  return knocks.map(({ identity }) => identity).join(",");
}
