import { figure, NOT_MEASURED, spread, table } from "../markdown";
import { type Bench, carries } from "./bench";
import { loadBare } from "./loadBare";
import { type Contestant, measureRounds, type Result } from "./measureRounds";
import { netRatio } from "./resultTable";
import { RANDOM_PORTS, type Traffic } from "./sender";
import { type BenchService, benchServices, unguardedPorts } from "./services";
import { article } from "./systems/article";
import { knockd } from "./systems/knockd";
import { oursBaseline, oursGuard } from "./systems/ours";
import { recent } from "./systems/recent";
import type { System } from "./systems/system";

const COUNTS = [1, 10, 100, 1000, 10_000] as const;
const SOME_COUNTS: readonly number[] = [1, 100, 10_000];
const PAIRS = 12;

const MANY_SOURCES: Traffic = { ...RANDOM_PORTS, sources: "random" };
/** With 10 000 services every sixth port is guarded, and a guarded port is more than closed. */
const CLOSED_PORTS: Traffic = { family: 4, targets: unguardedPorts(4000) };
const RANDOM_PORTS_V6: Traffic = { family: 6, targets: ["random"] };

interface Row {
  readonly name: string;
  readonly system: System;
  readonly traffic: Traffic;
  readonly counts: readonly number[];
}

const ROWS: readonly Row[] = [
  { name: "portknock, guard", system: oursGuard, traffic: RANDOM_PORTS, counts: COUNTS },
  { name: "the same, ports that nobody guards", system: oursGuard, traffic: CLOSED_PORTS, counts: COUNTS },
  { name: "the same, IPv6", system: oursGuard, traffic: RANDOM_PORTS_V6, counts: SOME_COUNTS },
  { name: "the same, many sources", system: oursGuard, traffic: MANY_SOURCES, counts: SOME_COUNTS },
  { name: "portknock, baseline, many sources", system: oursBaseline, traffic: MANY_SOURCES, counts: COUNTS },
  { name: "the same, one source: a flood", system: oursBaseline, traffic: RANDOM_PORTS, counts: COUNTS },
  { name: article.name, system: article, traffic: RANDOM_PORTS, counts: COUNTS },
  { name: recent.name, system: recent, traffic: RANDOM_PORTS, counts: COUNTS },
  { name: knockd.name, system: knockd, traffic: RANDOM_PORTS, counts: COUNTS },
];

/** What a new packet to a random port costs a host that nobody knocks at: a scan's packet. */
export async function measureClosedPorts(bench: Bench): Promise<string> {
  const { sender, bare, rounds, say } = bench;
  const alone: Contestant = { track: bare, traffic: { ...RANDOM_PORTS, isAstray: true } };
  const again: Contestant = { track: await bench.addTrack("bare again"), traffic: RANDOM_PORTS };
  await loadBare(again.track);
  const cells = await installAll(bench);
  const contestants = [alone, again, ...cells.map(({ contestant }) => contestant)];
  const results = await measureRounds(contestants, {
    sender,
    bare,
    rounds,
    pairs: PAIRS,
    onRound: (round) => say(`closed ports: round ${round} of ${rounds}, ${contestants.length} rulesets`),
  });
  const resultOf = (contestant: Contestant | undefined): Result | undefined =>
    results.find((result) => result.contestant === contestant);
  const shown = (row: Row, count: number): Result | undefined =>
    resultOf(cells.find((cell) => cell.row === row && cell.count === count)?.contestant);
  const [senderAlone, bareAgain] = [resultOf(alone), resultOf(again)];
  if (senderAlone === undefined || bareAgain === undefined)
    throw new Error("bug: a contestant has no result");
  return describe(senderAlone, bareAgain, shown);
}

interface Cell {
  readonly row: Row;
  readonly count: number;
  readonly contestant: Contestant;
}

/** A system with so many services is installed once, whatever it is sent. */
async function installAll({ install, say }: Bench): Promise<readonly Cell[]> {
  const cells: Cell[] = [];
  for (const count of COUNTS) {
    for (const system of new Set(ROWS.map((row) => row.system))) {
      if (!carries(system, count)) continue;
      say(`closed ports: loading ${system.name} with ${figure(count)} sequences`);
      const installed = await install(system, count);
      const rows = ROWS.filter((row) => row.system === system && row.counts.includes(count));
      cells.push(...rows.map((row) => ({ row, count, contestant: { ...installed, traffic: row.traffic } })));
    }
  }
  return cells;
}

function describe(
  senderAlone: Result,
  bareAgain: Result,
  resultOf: (row: Row, count: number) => Result | undefined,
): string {
  const head = ["sequences", ...COUNTS.map(figure)];
  const rows = (print: (result: Result) => string): readonly (readonly string[])[] =>
    ROWS.map((row) => [
      row.name,
      ...COUNTS.map((count) => {
        const result = resultOf(row, count);
        return result === undefined ? NOT_MEASURED : print(result);
      }),
    ]);
  const bareNanoseconds = bareAgain.nanoseconds.median / bareAgain.ratio.median;
  return [
    "## A new packet to a random closed port\n",
    `The bare table takes ${figure(bareNanoseconds)} ns a packet; sending alone, which is part of every figure, ` +
      `${figure(senderAlone.nanoseconds.median)} ns of them. A second bare table came to ` +
      `${spread(bareAgain.ratio, 3)}: that is the noise.\n`,
    "Against the bare table, median and quartiles of the rounds:\n",
    table(
      head,
      rows(({ ratio }) => spread(ratio, ratio.median < 10 ? 2 : 0)),
    ),
    "Nanoseconds a packet; in brackets the ratio that is left when the sender's share is taken from both sides:\n",
    table(
      head,
      rows((result) => {
        const net = netRatio(result, senderAlone);
        return `${figure(result.nanoseconds.median)} (${net.toFixed(net < 10 ? 2 : 0)})`;
      }),
    ),
    `Of the 65 536 ports, ${COUNTS.map((count) => `${namedPorts(benchServices(count))}`).join(", ")} are named ` +
      "by the policies of these sizes, as a guarded port or as a knock.\n",
    ...[...new Set(ROWS.map(({ system }) => system))].flatMap(({ name, mostServices }) =>
      mostServices === undefined
        ? []
        : `${name} is measured up to ${figure(mostServices.count)} sequences: ${mostServices.reason}.\n`,
    ),
  ].join("\n");
}

function namedPorts(services: readonly BenchService[]): number {
  return new Set(services.flatMap(({ port, knocks }) => [port, ...knocks])).size;
}
