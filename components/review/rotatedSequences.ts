import { type NamedSequence, namedSequences } from "../policy/namedSequences";
import type { Policy } from "../policy/policy";
import { printSequence } from "../policy/sequence";
import type { SequenceId } from "../policy/sequenceId";

/** What has another sequence than before. */
export function rotatedSequences(before: Policy, after: Policy): readonly SequenceId[] {
  const old = new Map(namedSequences(before).map((sequence) => [sequence.path, printed(sequence)]));
  return namedSequences(after).flatMap((sequence) => {
    const was = old.get(sequence.path);
    return was === undefined || was === printed(sequence) ? [] : [sequence.id];
  });
}

function printed({ knocks }: NamedSequence): string {
  return printSequence(knocks);
}
