// Plays many random scripts against the kernel and the model: `npm run test:model -- [COUNT] [SEED]`.
import { addressesIn } from "../../components/policy/tokenNetwork";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { runScripts } from "../support/packets/scripts/runScripts";
import type { ScriptCase } from "../support/packets/scripts/scriptCase";
import { SCRIPT_CASES } from "../support/packets/scripts/scriptCases";
import { createScriptLab, type ScriptLab, scriptLabProblem } from "../support/packets/scripts/scriptLab";

const DEFAULT_COUNT = 10_000;
const PROGRESS_SECONDS = 5;

async function main(args: readonly string[]): Promise<boolean> {
  const [count = DEFAULT_COUNT, seed = Date.now() % 1_000_000] = args.map(Number);
  const isUnderstood = Number.isInteger(count) && count > 0 && Number.isInteger(seed) && args.length <= 2;
  const problem = isUnderstood ? scriptLabProblem() : "give whole numbers: npm run test:model -- COUNT SEED";
  if (problem !== undefined) {
    console.error(problem);
    return false;
  }
  const start = performance.now();
  const seconds = (): number => Math.round((performance.now() - start) / 1000);
  let shown = 0;
  const show = (played: number): void => {
    if (seconds() < shown + PROGRESS_SECONDS) return;
    shown = seconds();
    console.log(`${played} of ${count} scripts, ${shown} s`);
  };
  await using lab = await createScriptLab();
  const outcomes = await playAll(lab, count, seed, show);
  const wrong = outcomes.filter(({ disagreement }) => disagreement.length > 0);
  for (const { name, disagreement } of wrong) console.log(`${name}:\n  ${disagreement.join("\n  ")}`);
  const verdict =
    wrong.length === 0 ? "kernel and model agree" : `kernel and model DISAGREE in ${wrong.length} cases`;
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  const [played, letIn] = [sum(outcomes.map((one) => one.played)), sum(outcomes.map((one) => one.letIn))];
  console.log(`${verdict}: ${played} scripts, let in ${letIn} times, seed ${seed}, ${seconds()} s`);
  return wrong.length === 0;
}

/** The cases side by side: they wait most of the time. */
function playAll(lab: ScriptLab, count: number, seed: number, onProgress: (played: number) => void) {
  const played = new Map<string, number>();
  const playOne = async (scriptCase: ScriptCase, index: number) => {
    const { name, listening, policy } = scriptCase;
    const target = await lab.addTarget(name, listening, addressesIn(policy)?.cidr);
    await target.load(compilePolicy(policy));
    if (scriptCase.isUntracked) await target.untrack();
    const outcome = await runScripts(scriptCase, target, {
      seed,
      count: Math.floor((count + index) / SCRIPT_CASES.length),
      isShrinking: true,
      onProgress: (some) => {
        played.set(name, some);
        onProgress([...played.values()].reduce((total, one) => total + one, 0));
      },
    });
    return { name, ...outcome };
  };
  return Promise.all(SCRIPT_CASES.map(playOne));
}

main(process.argv.slice(2)).then(
  (isRight) => {
    process.exitCode = isRight ? 0 : 1;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
