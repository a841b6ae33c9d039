/**
 * Kills the host script at each command of each verb, cuts the power, fills the disk and lets nft and systemd fail; and
 * looks after each whether the host is guarded, reachable, true to its status, mended by the next run and clean after a
 * remove. Prints a table of what came of them.
 */

import { labProblem } from "../../lab";
import type { FaultHostKind } from "../support/faults/faultRules";
import { describeOutcome, faultTable } from "../support/faults/faultTable";
import { playFaults } from "../support/faults/playFaults";
import { readLongRun } from "./arguments";
import { startProgress } from "./progress";

const ALLOWED: readonly FaultHostKind[] = [
  { profile: "guard", deployer: "allowed" },
  { profile: "baseline", deployer: "allowed" },
  { profile: "guard", deployer: "allowed" },
  { profile: "guard", deployer: "allowed" },
];

const KNOCKING: readonly FaultHostKind[] = [
  { profile: "guard", deployer: "knocks" },
  { profile: "guard", deployer: "tokens" },
  { profile: "baseline", deployer: "knocks" },
  { profile: "baseline", deployer: "tokens" },
  { profile: "guard", deployer: "tokens" },
];

async function main(): Promise<void> {
  const { count, seed, choice } = readLongRun(2_000, ["knocking"]);
  const problem = labProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(2);
  }
  process.stdout.write(`${count} faults, seed ${seed}\n`);
  const progress = startProgress();
  let wrong = 0;
  const outcomes = await playFaults({
    count,
    seed,
    hosts: choice === "knocking" ? KNOCKING : ALLOWED,
    onOutcome: (outcome, done) => {
      if (outcome.wrong.length > 0) {
        wrong += 1;
        process.stdout.write(`wrong: ${describeOutcome(outcome)}\n`);
      }
      progress.show(`${done} played, ${wrong} wrong`);
    },
  });
  process.stdout.write(`\n${faultTable(outcomes)}\n`);
  const missed = outcomes.filter(({ injection, isHit }) => injection.fault !== undefined && !isHit).length;
  const later = outcomes.filter(({ injection, isLater }) => injection.fault !== undefined && isLater).length;
  process.stdout.write(
    `${count} faults, seed ${seed}: ${count - missed} happened, ${missed} came after the end of their run, ${wrong} wrong, ${later} took tokens away for minutes, in ${progress.seconds()} s\n`,
  );
  if (wrong > 0) process.exitCode = 1;
}

main();
