import { isSameSequence, resourceName, type SequenceId } from "../policy/sequenceId";
import type { DrawnSequence } from "./drawnSequences";
import type { ReviewSide } from "./reviewSide";

/** Finds whose a sequence was that another one has now: people know it who did not get in here. */
export function formerOwners(
  before: ReviewSide,
  after: ReviewSide,
): (sequence: SequenceId) => SequenceId | undefined {
  const ownersBefore = new Map(before.sequences.map((sequence) => [identityOf(sequence), sequence.id]));
  const former = new Map(
    after.sequences.flatMap((sequence) => {
      const owner = ownersBefore.get(identityOf(sequence));
      return owner === undefined || isSameSequence(owner, sequence.id)
        ? []
        : [[resourceName(sequence.id), owner] as const];
    }),
  );
  return (sequence) => former.get(resourceName(sequence));
}

function identityOf({ knocks }: DrawnSequence): string {
  return knocks.map(({ identity }) => identity).join(",");
}
