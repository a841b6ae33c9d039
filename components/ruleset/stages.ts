import type { Knock, Service } from "../policy/policy";
import { knockKey } from "../policy/sequence";

/** One node of the trie of all sequences: what a source has knocked so far. The root has number 0. */
export interface Stage {
  readonly number: number;
  /** The knocks that lead here. */
  readonly path: readonly Knock[];
  /** How long a source may stay: the longest knock timeout of the services whose sequences pass here. */
  readonly timeoutSeconds: number;
  readonly moves: readonly Move[];
}

/** The right knock at a stage: it leads to another stage, or it was the last and admits to a service. */
export type Move =
  | { readonly kind: "advance"; readonly knock: Knock; readonly to: Stage }
  | { readonly kind: "admit"; readonly knock: Knock; readonly service: Service };

/** The trie's stages in a fixed order, the root first. No sequence may begin another one. */
export function buildStages(services: readonly Service[]): readonly Stage[] {
  const stages: Stage[] = [];
  build([], services);
  return stages;

  function build(path: readonly Knock[], passing: readonly Service[]): Stage {
    const moves: Move[] = [];
    const stage: Stage = {
      number: stages.length,
      path,
      timeoutSeconds: passing.reduce((longest, service) => Math.max(longest, service.knockTimeoutSeconds), 0),
      moves,
    };
    stages.push(stage);
    for (const { knock, followers } of groupByKnock(passing, path.length)) {
      const [service] = followers;
      const isLast = service !== undefined && service.sequence.length === path.length + 1;
      moves.push(
        isLast
          ? { kind: "admit", knock, service }
          : { kind: "advance", knock, to: build([...path, knock], followers) },
      );
    }
    return stage;
  }
}

interface Followers {
  readonly knock: Knock;
  readonly followers: readonly Service[];
}

function groupByKnock(services: readonly Service[], index: number): readonly Followers[] {
  const groups = new Map<string, { readonly knock: Knock; readonly followers: Service[] }>();
  for (const service of services) {
    const knock = service.sequence[index];
    if (knock === undefined) {
      throw new Error(`bug: the sequence of ${service.name} begins another one`);
    }
    const group = groups.get(knockKey(knock)) ?? { knock, followers: [] };
    group.followers.push(service);
    groups.set(knockKey(knock), group);
  }
  return [...groups.values()];
}
