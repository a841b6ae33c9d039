// Measures what a fleet of booted hosts costs, ours beside ansible and beside two bare commands a host, and writes
// bench/fleet.md.
//
//   npm run bench:fleet [-- --rounds 3] [-- --hosts 40] [-- --parallel 16]
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createLab, type Lab, type LabHost } from "../../lab";
import { figure, NOT_MEASURED, table } from "../markdown";
import { median } from "../statistics";
import { ansible, ansibleWithRollback } from "./ansible";
import type { Contender, Fleet } from "./contender";
import { fleetProblem } from "./fleetProblem";
import { measureParts } from "./parts";
import { bareCommands, portknock } from "./pulumi";

/** In this order, each from where the one before ended. */
const TASKS = ["first roll-out", "nothing to do", "a change on all", "one drifted host"] as const;

type Task = (typeof TASKS)[number];

const CONTENDERS: readonly ((fleet: Fleet) => Promise<Contender>)[] = [
  portknock,
  ansible,
  ansibleWithRollback,
  bareCommands,
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "3" },
      hosts: { type: "string", default: "40" },
      parallel: { type: "string", default: "16" },
    },
  });
  const problem = fleetProblem();
  if (problem !== undefined) {
    process.stderr.write(`bench: ${problem}\n`);
    process.exitCode = 1;
    return;
  }
  const [rounds, count, parallel] = [values.rounds, values.hosts, values.parallel].map(Number);
  const report = await measure(rounds ?? 3, count ?? 40, parallel ?? 16);
  process.stdout.write(report);
  writeFileSync(join(import.meta.dirname, "../fleet.md"), report);
}

async function measure(rounds: number, count: number, parallel: number): Promise<string> {
  await using lab = await createLab();
  const hosts = await bootHosts(lab, count);
  const contenders = await Promise.all(CONTENDERS.map((create) => create({ lab, hosts, parallel })));
  const seconds = new Map(contenders.map(({ name }) => [name, new Map<Task, number[]>()]));
  for (let round = 1; round <= rounds; round++) {
    for (const contender of turned(contenders, round)) {
      for (const task of tasksOf(contender)) {
        process.stderr.write(`round ${round} of ${rounds}, ${contender.name}: ${task}\n`);
        const taken = await perform(contender, task, hosts);
        const known = seconds.get(contender.name)?.get(task) ?? [];
        seconds.get(contender.name)?.set(task, [...known, taken]);
      }
      await contender.remove();
    }
  }
  const [ours, ...others] = contenders;
  if (ours === undefined) throw new Error("bug: nobody was measured");
  const all = (name: string, task: Task): readonly number[] => seconds.get(name)?.get(task) ?? [];
  const rows = TASKS.map((task) => [
    task,
    ...contenders.map(({ name }) => printed(all(name, task), (taken) => `${median(taken).toFixed(1)} s`)),
    ...others.map(({ name }) =>
      printed(all(name, task), (taken) => median(ratios(all(ours.name, task), taken)).toFixed(2)),
    ),
  ]);
  const head = ["", ...contenders.map(({ name }) => name), ...others.map(({ name }) => `to ${name}`)];
  const parts = await measureParts(ours, { lab, hosts, parallel });
  return [introduction(rounds, count, parallel), table(head, rows), `\n${parts}`].join("\n");
}

function printed(taken: readonly number[], print: (taken: readonly number[]) => string): string {
  return taken.length === 0 ? NOT_MEASURED : print(taken);
}

/** In each round somebody else is the first. */
function turned<T>(all: readonly T[], by: number): readonly T[] {
  const first = by % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

function ratios(ours: readonly number[], theirs: readonly number[]): readonly number[] {
  return ours.map((own, index) => own / (theirs[index] ?? Number.NaN));
}

function tasksOf({ drift }: Contender): readonly Task[] {
  return TASKS.filter((task) => task !== "one drifted host" || drift !== undefined);
}

async function perform(contender: Contender, task: Task, hosts: readonly LabHost[]): Promise<number> {
  const [drifting] = hosts;
  if (task === "a change on all") await contender.change();
  if (task === "one drifted host" && drifting !== undefined) await contender.drift?.(drifting);
  const start = performance.now();
  await contender.bring();
  const taken = (performance.now() - start) / 1000;
  await contender.verify();
  return taken;
}

async function bootHosts(lab: Lab, count: number): Promise<readonly LabHost[]> {
  const names = Array.from({ length: count }, (_, index) => `web-${index + 1}`);
  const hosts: LabHost[] = [];
  for (const name of names) {
    process.stderr.write(`boots ${name} of ${count}\n`);
    hosts.push(await lab.addHost(name, { base: "ansible" }));
  }
  return hosts;
}

function introduction(rounds: number, count: number, parallel: number): string {
  const [, processor = "an unknown processor"] =
    /^model name\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
  return [
    "# What a fleet costs\n",
    `Written by \`npm run bench:fleet\`; do not edit. ${figure(count)} booted hosts with sshd, systemd and nftables of Debian 12, ` +
      `deployer and hosts on the same ${cpus().length} processors (${processor}), Node ${process.versions.node}.\n`,
    `Medians of ${rounds} rounds, in each of which all have their turn; a ratio is the median of theirs.\n`,
    `- **portknock**: \`pulumi up --parallel ${parallel}\` with the checks of a preview, rollback armed and confirmed over a second connection.`,
    "- **ansible**: Debian's, 40 forks, pipelining, ControlPersist: template, `nft -c`, load. Neither rollback nor confirm.",
    "- **ansible, rollback**: the same with a timer that puts the old rules back, and a second connection that ends it.",
    `- **two commands**: \`pulumi up --parallel ${parallel}\` of two bare remote commands a host, the first of which loads the same rules. What drifts, it does not see.\n`,
  ].join("\n");
}

void main();
