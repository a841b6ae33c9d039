/**
 * Interrupts updates of booted hosts, by the real engine, in every way and at any moment, and looks whether the host
 * stays guarded, whether the words are fit for a person, and whether the next plain update makes up for it.
 */
import fc from "fast-check";
import { realProblem } from "../../support/realProblem";
import { readLongRun } from "../arguments";
import { samples } from "../samples";
import { FAULTS, type Fault } from "./faults";
import { interrupt, type Outcome } from "./lane";
import { createScene } from "./scene";

/** Most of a loop is waiting. */
const LANES = 4;

async function main(): Promise<void> {
  const problem = realProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(2);
  }
  const run = readLongRun(200);
  process.stdout.write(`${run.count} interrupted updates, seed ${run.seed}, ${LANES} at a time\n`);
  const faults = Object.keys(FAULTS).filter((name): name is Fault => name in FAULTS);
  const moments = [...samples(fc.noBias(fc.integer({ min: 0, max: 100 })), run)].map((part) => part / 100);
  const todo = moments.map((moment, index) => ({ moment, fault: faults[index % faults.length] }));
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    const scene = await createScene();
    try {
      for (let next = todo.shift(); next?.fault !== undefined; next = todo.shift()) {
        const outcome = await interrupt(scene, next.fault, next.moment);
        outcomes.push(outcome);
        process.stdout.write(`${outcomes.length} of ${run.count}: ${describe(outcome)}\n`);
        for (const line of outcome.words) process.stdout.write(`    ${line}\n`);
        for (const what of outcome.wrong) process.stdout.write(`WRONG: ${what}\n`);
      }
    } finally {
      await scene.lab.dispose();
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  process.stdout.write(`\n${table(faults, outcomes)}\n`);
  const wrong = outcomes.filter((outcome) => outcome.wrong.length > 0).length;
  process.stdout.write(`${outcomes.length} interrupted updates, seed ${run.seed}: ${wrong} wrong\n`);
  if (wrong > 0 || outcomes.length !== run.count) process.exitCode = 1;
}

function describe({ fault, moment, ended, seconds, wrong }: Outcome): string {
  const where = `${Math.round(moment * 100)} %`;
  return `${fault} at ${where}: ${ended} in ${seconds.toFixed(1)} s${wrong.length > 0 ? ", WRONG" : ""}`;
}

function table(faults: readonly Fault[], outcomes: readonly Outcome[]): string {
  const rows = faults.map((fault) => {
    const ours = outcomes.filter((outcome) => outcome.fault === fault);
    const count = (ended: Outcome["ended"]): number => ours.filter((each) => each.ended === ended).length;
    const longest = Math.max(0, ...ours.map(({ seconds }) => seconds));
    const wrong = ours.filter((each) => each.wrong.length > 0).length;
    return `| ${[fault, ours.length, count("done"), count("failed"), longest.toFixed(1), wrong].join(" | ")} |`;
  });
  return [
    "| what goes wrong | times | update done | update failed | longest, s | wrong after the next update |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

void main();
