// Measures what a program of many hosts costs before anything is dialled, beside the bare commands that it is made of, and
// writes bench/scale.md.
//
//   npm run bench:scale [-- --rounds 5] [-- --hosts 100,1000]
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import { z } from "zod";
import { realProblem } from "../../test/support/realProblem";
import { figure, table } from "../markdown";
import { median } from "../statistics";
import { measureState } from "./state";

const run = promisify(execFile);

const OPERATIONS = ["update", "preview"] as const;
const KINDS = ["commands", "portknock"] as const;

const evaluationSchema = z.object({ seconds: z.number(), kilobytes: z.number() });

type Evaluation = z.output<typeof evaluationSchema>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      hosts: { type: "string", default: "100,1000,5000" },
    },
  });
  const rounds = Number(values.rounds);
  const counts = values.hosts.split(",").map(Number);
  const rows: string[][] = [];
  for (const hosts of counts) {
    for (const operation of OPERATIONS) {
      rows.push(await measure(hosts, operation, rounds));
    }
  }
  const report = [introduction(rounds), table(HEAD, rows), await stateReport()].join("\n");
  process.stdout.write(report);
  writeFileSync(join(import.meta.dirname, "../scale.md"), report);
}

const HEAD = ["hosts", "", "two commands a host", "portknock", "ratio", "two commands, MB", "portknock, MB"];

/** In each round both have their turn, so that whatever else the machine does meets both. */
async function measure(
  hosts: number,
  operation: (typeof OPERATIONS)[number],
  rounds: number,
): Promise<string[]> {
  const evaluations: Record<(typeof KINDS)[number], Evaluation[]> = { commands: [], portknock: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const kind of KINDS) {
      process.stderr.write(`${hosts} hosts, ${operation}, round ${round} of ${rounds}: ${kind}\n`);
      evaluations[kind].push(await evaluate(kind, operation, hosts));
    }
  }
  const seconds = KINDS.map((kind) => median(evaluations[kind].map((each) => each.seconds)));
  const megabytes = KINDS.map((kind) => median(evaluations[kind].map((each) => each.kilobytes / 1024)));
  const ratios = evaluations.portknock.map(
    (ours, round) => ours.seconds / (evaluations.commands[round]?.seconds ?? Number.NaN),
  );
  return [
    figure(hosts),
    operation,
    ...seconds.map((each) => `${each.toFixed(1)} s`),
    median(ratios).toFixed(2),
    ...megabytes.map(figure),
  ];
}

async function evaluate(kind: string, operation: string, hosts: number): Promise<Evaluation> {
  const script = join(import.meta.dirname, "evaluate.ts");
  const { stdout } = await run(
    process.execPath,
    ["--max-old-space-size=12288", "--import", "tsx", script, kind, operation, `${hosts}`],
    { maxBuffer: 1 << 28, env: { ...process.env, PULUMI_NODEJS_PARALLEL: "32" } },
  );
  // Under mocks the SDK prints warnings as well.
  return evaluationSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}

/** Where hosts can be booted, and there is an engine. */
async function stateReport(): Promise<string> {
  const problem = realProblem();
  if (problem !== undefined) {
    return `What a host costs the state was not measured: ${problem}\n`;
  }
  process.stderr.write("a stack's state\n");
  const { printed, compact } = await measureState(4);
  return [
    "## The state\n",
    "What `pulumi stack export` prints for a host more, under the real engine: one service, no baseline. Half of it is what the " +
      "engine keeps twice, as inputs and as outputs, encrypted.\n",
    table(
      ["", "bytes a host"],
      [
        ["as it is printed", figure(printed)],
        ["without white space", figure(compact)],
      ],
    ),
  ].join("\n");
}

function introduction(rounds: number): string {
  const [, processor = "an unknown processor"] =
    /^model name\s*:\s*(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
  return [
    "# What many hosts cost\n",
    `Written by \`npm run bench:scale\`; do not edit. ${processor}, Node ${process.versions.node}.\n`,
    "A program is evaluated against mocks of the engine: what is measured is the SDK and this library, and nothing is " +
      "dialled. Beside it stands what every such program pays: two commands a host, the first with a standard input as " +
      `long as ours. Medians of ${rounds} rounds, in each of which both have their turn; the ratio is the median of theirs. ` +
      "The policy has two services and a baseline.\n",
  ].join("\n");
}

void main();
