/**
 * Judges random inputs (valid, nearly valid, hostile): each is refused with clear problems or compiles to a ruleset
 * that the kernel takes, with exactly the objects that it names.
 */

import { nftProblem } from "../support/checkRuleset";
import { HOSTILE_INPUTS } from "../support/hostileInputs";
import { judgeInputs } from "../support/judgeInputs";
import { readLongRun } from "./arguments";
import { printInput, startProgress } from "./progress";
import { samples } from "./samples";

async function main(): Promise<void> {
  const { count, seed } = readLongRun(100_000);
  const problem = nftProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(2);
  }
  process.stdout.write(`${count} inputs, seed ${seed}\n`);
  const progress = startProgress();
  const tally = await judgeInputs(samples(HOSTILE_INPUTS, { count, seed }), ({ refused, loaded, wrong }) =>
    progress.show(`${refused + loaded + wrong.length} judged, ${wrong.length} wrong`),
  );
  for (const { input, what } of tally.wrong.slice(0, 20)) {
    process.stdout.write(`wrong: ${what}\n  ${printInput(input)}\n`);
  }
  const { refused, loaded, wrong } = tally;
  process.stdout.write(
    `${count} inputs, seed ${seed}: ${refused} refused, ${loaded} loaded, ${wrong.length} wrong, in ${progress.seconds()} s\n`,
  );
  if (wrong.length > 0 || refused + loaded !== count) process.exitCode = 1;
}

main();
