import type { NamedSequence } from "../policy/namedSequences";
import type { Knock } from "../policy/policy";
import { knockKey } from "../policy/sequence";

/** One node of the trie of all sequences: what a source has knocked so far. The root has number 0. */
export interface Stage {
  readonly number: number;
  /** The knocks that lead here. */
  readonly path: readonly Knock[];
  /** The sequences that pass here. */
  readonly sequences: readonly NamedSequence[];
  /** How long a source may stay: the longest knock timeout of these sequences. */
  readonly timeoutSeconds: number;
  readonly moves: readonly Move[];
}

/** The right knock at a stage: it leads to another stage, or it was the last of a sequence. */
export type Move =
  | { readonly kind: "advance"; readonly knock: Knock; readonly to: Stage }
  | { readonly kind: "complete"; readonly knock: Knock; readonly sequence: NamedSequence };

/** The trie's stages in a fixed order, the root first. No sequence may begin another one. */
export function buildStages(sequences: readonly NamedSequence[]): readonly Stage[] {
  const stages: Stage[] = [];
  build([], sequences);
  return stages;

  function build(path: readonly Knock[], passing: readonly NamedSequence[]): Stage {
    const moves: Move[] = [];
    const stage: Stage = {
      number: stages.length,
      path,
      sequences: passing,
      timeoutSeconds: passing.reduce(
        (longest, { knockTimeoutSeconds }) => Math.max(longest, knockTimeoutSeconds),
        0,
      ),
      moves,
    };
    stages.push(stage);
    for (const { knock, followers } of groupByKnock(passing, path.length)) {
      const [sequence] = followers;
      const isLast = sequence !== undefined && sequence.knocks.length === path.length + 1;
      moves.push(
        isLast
          ? { kind: "complete", knock, sequence }
          : { kind: "advance", knock, to: build([...path, knock], followers) },
      );
    }
    return stage;
  }
}

/** The distinct knock timeouts of the stages that a knock leads to, the shortest first. */
export function knockTimeouts(stages: readonly Stage[]): readonly number[] {
  return distinctTimeouts(stages.filter(({ path }) => path.length > 0));
}

export function distinctTimeouts(stages: readonly Stage[]): readonly number[] {
  const distinct = new Set(stages.map(({ timeoutSeconds }) => timeoutSeconds));
  return [...distinct].toSorted((a, b) => a - b);
}

interface Followers {
  readonly knock: Knock;
  readonly followers: readonly NamedSequence[];
}

function groupByKnock(sequences: readonly NamedSequence[], index: number): readonly Followers[] {
  const groups = new Map<string, { readonly knock: Knock; readonly followers: NamedSequence[] }>();
  for (const sequence of sequences) {
    const knock = sequence.knocks[index];
    if (knock === undefined) {
      throw new Error(`bug: ${sequence.path} begins another sequence`);
    }
    const group = groups.get(knockKey(knock)) ?? { knock, followers: [] };
    group.followers.push(sequence);
    groups.set(knockKey(knock), group);
  }
  return [...groups.values()];
}

/** A stage's number in the form of the kernel's class handles: two 16-bit halves in hexadecimal. */
export function handle(number: number): string {
  return [number >>> 16, number & 0xffff].map((half) => half.toString(16)).join(":");
}
