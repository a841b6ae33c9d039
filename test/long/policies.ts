/**
 * Loads random valid policies into the kernel, each in a fresh network namespace with others of its batch. Each must
 * compile to the same text twice, and in whatever order it is written.
 */
import fc from "fast-check";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import type { Ruleset } from "../../components/ruleset/ruleset";
import { nftProblem } from "../support/checkRuleset";
import { BATCH, loadRulesets } from "../support/nftBatch";
import { POLICIES, type PolicyInput, shuffled } from "../support/policies";
import { readLongRun } from "./arguments";
import { printInput, startProgress } from "./progress";
import { samples } from "./samples";

const ORDERS = POLICIES.chain((policy) => fc.tuple(fc.constant(policy), shuffled(policy)));

interface Compiled {
  readonly input: PolicyInput;
  readonly ruleset: Ruleset;
}

async function main(): Promise<void> {
  const run = readLongRun(10_000);
  const problem = nftProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(2);
  }
  process.stdout.write(`${run.count} policies, seed ${run.seed}\n`);
  const progress = startProgress();
  let loaded = 0;
  let batch: Compiled[] = [];
  const wrong: string[] = [];
  const load = async (): Promise<void> => {
    const complaints = await loadRulesets(batch.map(({ ruleset }) => ruleset));
    complaints.forEach((what, index) => {
      if (what === undefined) loaded += 1;
      else wrong.push(`${what}\n  ${printInput(batch[index]?.input)}`);
    });
    batch = [];
    progress.show(`${loaded} loaded, ${wrong.length} wrong`);
  };
  for (const [input, reordered] of samples(ORDERS, run)) {
    const ruleset = compilePolicy(parsePolicy(input));
    const texts = [ruleset, compilePolicy(parsePolicy(input)), compilePolicy(parsePolicy(reordered))].map(
      printRuleset,
    );
    if (new Set(texts).size > 1) wrong.push(`depends on the order of keys\n  ${printInput(input)}`);
    else if (batch.push({ input, ruleset }) === BATCH) await load();
  }
  await load();
  for (const each of wrong.slice(0, 20)) process.stdout.write(`wrong: ${each}\n`);
  process.stdout.write(
    `${run.count} policies, seed ${run.seed}: ${loaded} loaded, ${wrong.length} wrong, in ${progress.seconds()} s\n`,
  );
  if (loaded !== run.count) process.exitCode = 1;
}

main();
