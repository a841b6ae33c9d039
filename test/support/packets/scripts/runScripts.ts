import fc from "fast-check";
import { packetScripts } from "../../packetScripts";
import { agrees, type Comparison, differsInTimeAlone } from "./comparison";
import { isClear, isWrong, type Played, playScripts } from "./playScripts";
import type { Script, ScriptCase } from "./scriptCase";
import type { ScriptTarget } from "./scriptLab";
import { withoutParts } from "./withoutParts";

export interface Run {
  readonly seed: number;
  readonly count: number;
  /** Whether a script that shows a disagreement is cut down to what is needed to show it. @default false */
  readonly isShrinking?: boolean;
  /** Scripts that wait together. @default 60 */
  readonly groupSize?: number;
  /** Called whenever some more scripts have been played. */
  readonly onProgress?: (played: number) => void;
}

export interface Outcome {
  readonly played: number;
  /** How often a guarded port let in somebody who had to knock: without that, agreement proves little. */
  readonly letIn: number;
  /** The first script about which kernel and model do not agree, line by line. */
  readonly disagreement: readonly string[];
}

const GROUP = 60;
const MAX_TRIES = 8;
const MAX_SHRINKS = 6;

/** Seconds after the last packet of a script: enough for an answer, and enough on a machine that is busy. */
const SILENCE = 0.06;
const LONG_SILENCE = 0.4;

/** Plays scripts of a seed until the kernel and the model disagree. */
export async function runScripts(
  scriptCase: ScriptCase,
  target: ScriptTarget,
  { seed, count, isShrinking = false, groupSize = GROUP, onProgress }: Run,
): Promise<Outcome> {
  const scripts = fc.sample(packetScripts(scriptCase), { numRuns: count, seed });
  let number = 0;
  let letIn = 0;

  const play = (some: readonly Script[], silence: number): Promise<readonly Played[]> => {
    const numbered = some.map((script) => ({ script, number: number++ }));
    return playScripts(scriptCase, target, numbered, silence);
  };

  /** The first script of a group that shows a disagreement. What is not clear is played again. */
  const findWrong = async (group: readonly Script[]): Promise<Played | undefined> => {
    let waiting = group;
    for (let attempt = 0; waiting.length > 0; attempt += 1) {
      if (attempt === MAX_TRIES)
        throw new Error("this machine is too busy to tell what has passed; try again");
      const played = await play(waiting, attempt === 0 ? SILENCE : LONG_SILENCE);
      const wrong = played.find((one) => isWrong(one) && !(attempt === 0 && isSlow(one)));
      if (wrong !== undefined) return wrong;
      const done = played.filter((one) => one.isComplete && isClear(one) && !isWrong(one));
      letIn += done.flatMap(({ comparisons }) => comparisons).filter(isLetIn).length;
      waiting = played.filter((one) => !done.includes(one)).map(({ script }) => script);
    }
    return undefined;
  };

  const shrink = async (wrong: Played): Promise<Played> => {
    let shortest = wrong;
    for (let shrinks = 0; shrinks < MAX_SHRINKS; shrinks += 1) {
      const shorter = (await play(withoutParts(shortest.script), LONG_SILENCE)).find(isWrong);
      if (shorter === undefined) break;
      shortest = shorter;
    }
    return shortest;
  };

  const isLetIn = ({ what, kernel }: Comparison): boolean =>
    kernel === "open" &&
    !what.includes("allowed") &&
    scriptCase.policy.services.some(({ ports }) =>
      ports.some(({ from, protocol }) => what.endsWith(` ${from}/${protocol}`)),
    );

  for (let first = 0; first < count; first += groupSize) {
    const wrong = await findWrong(scripts.slice(first, first + groupSize));
    if (wrong !== undefined) {
      const shown = isShrinking ? await shrink(wrong) : wrong;
      return { played: first, letIn, disagreement: describe(shown) };
    }
    onProgress?.(Math.min(count, first + groupSize));
  }
  return { played: count, letIn, disagreement: [] };
}

/** Whether answers that may still have been on their way, or parts of seconds, are all that is wrong. */
function isSlow({ comparisons }: Played): boolean {
  return comparisons
    .filter((one) => !agrees(one))
    .every((one) => one.kernel === "silent" || differsInTimeAlone(one));
}

function describe({ comparisons }: Played): readonly string[] {
  return comparisons.map((one) =>
    agrees(one)
      ? `${one.what}: ${one.kernel}`
      : `${one.what}: ${one.kernel}, BUT THE MODEL SAYS ${one.model}`,
  );
}
