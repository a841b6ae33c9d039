/**
 * Minutes of updates, reloads, knocks, scans and floods on two booted hosts, one that guards and one with a baseline:
 * `npm run test:soak -- [MINUTES] [SEED]`. Clocks are not stepped here: the hosts have the machine's own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createLab, labProblem } from "../../../lab";
import { readLongRun } from "../arguments";
import { startProgress } from "../progress";
import { kernelMemory } from "./leaks";
import { createSoakHost, type SoakHost } from "./soakHost";
import { printTable } from "./soakTable";

const PROFILES = ["guard", "baseline"] as const;

async function main(): Promise<boolean> {
  const { count: minutes, seed } = readLongRun(60);
  const problem = labProblem();
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return false;
  }
  process.stdout.write(`${minutes} minutes, seed ${seed}\n`);
  const progress = startProgress();
  const report = (fault: string): void => {
    process.stdout.write(`${progress.seconds()} s: ${fault}\n`);
  };
  await using lab = await createLab();
  const hosts = await Promise.all(
    PROFILES.map((profile, index) => createSoakHost({ lab, profile, seed: seed + index, report })),
  );
  const memory = kernelMemory();
  const end = performance.now() + minutes * 60_000;
  const isOver = (): boolean => performance.now() >= end;
  const showing = (async () => {
    for (; !isOver(); await sleep(1000))
      progress.show(`${progress.seconds()} s: ${hosts.map(line).join("; ")}`);
  })();
  await Promise.all([showing, ...hosts.map((host) => host.run(isOver))]);
  const outcomes = await Promise.all(hosts.map((host) => host.finish()));
  process.stdout.write(printTable({ minutes, seed, outcomes, memory: [memory, kernelMemory()] }));
  return outcomes.every(({ isFine }) => isFine);
}

function line({ profile, tally }: SoakHost): string {
  const { updates, rollbacks, reloads, admissions, sent, through, windowsLost, findings, failures } = tally;
  return (
    `${profile}: ${updates} updates, ${rollbacks} rollbacks, ${reloads} reloads, ${admissions} admissions, ` +
    `${sent} packets, ${through} through, ${windowsLost} windows lost, ${findings} findings, ${failures} failures`
  );
}

main().then(
  (isRight) => {
    // What still sends would keep the process alive; its namespaces are removed on the way out.
    process.exit(isRight ? 0 : 1);
  },
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
