import { figure, NOT_MEASURED, table } from "../markdown";
import { type Bench, carries, type Installed } from "./bench";
import { type Contestant, measureRounds, type Result } from "./measureRounds";
import type { Traffic } from "./sender";
import { type BenchService, benchServices, unusedPort } from "./services";
import { article } from "./systems/article";
import { knockd } from "./systems/knockd";
import { oursGuard } from "./systems/ours";
import { recent } from "./systems/recent";
import type { System } from "./systems/system";

const COUNTS = [1, 100, 10_000] as const;
const SYSTEMS: readonly System[] = [oursGuard, article, recent, knockd];
/** Long enough that what an attacker piles up in a set is there when the set is cleaned, once a second. */
const PAIRS = 50;

interface Attack {
  readonly name: string;
  /** The ports that one source sends to, over and over. */
  targets(first: BenchService, others: readonly BenchService[], unused: number): readonly number[];
  /** @default "one" */
  readonly sources?: Traffic["sources"];
}

const ATTACKS: readonly Attack[] = [
  { name: "first knock", targets: ({ knocks }) => knocks.slice(0, 1) },
  { name: "the same, forged sources", targets: ({ knocks }) => knocks.slice(0, 1), sources: "random" },
  { name: "first, wrong", targets: ({ knocks }, _, unused) => [...knocks.slice(0, 1), unused] },
  { name: "right, right, wrong", targets: ({ knocks }, _, unused) => [...knocks.slice(0, 2), unused] },
  { name: "all but the last, wrong", targets: ({ knocks }, _, unused) => [...knocks.slice(0, -1), unused] },
  { name: "whole sequence", targets: ({ knocks }) => knocks },
  {
    name: "first knocks of all",
    targets: (first, others) => [first, ...others].slice(0, 1000).flatMap(({ knocks }) => knocks.slice(0, 1)),
  },
];

interface Row {
  readonly system: System;
  readonly count: number;
  readonly contestants: readonly Contestant[];
}

/** What one source can make its own packets cost, at the worst. */
export async function measureAttacks(bench: Bench): Promise<string> {
  const { sender, bare, rounds, say } = bench;
  const rows: Row[] = [];
  for (const count of COUNTS) {
    const services = benchServices(count);
    for (const system of SYSTEMS.filter((candidate) => carries(candidate, count))) {
      say(`attacks: loading ${system.name} with ${figure(count)} sequences`);
      rows.push({ system, count, contestants: attackers(await bench.install(system, count), services) });
    }
  }
  const contestants = rows.flatMap((row) => row.contestants);
  const results = await measureRounds(contestants, {
    sender,
    bare,
    rounds,
    pairs: PAIRS,
    onRound: (round) => say(`attacks: round ${round} of ${rounds}, ${contestants.length} loops`),
  });
  return [
    "## The worst that a source can do with its own packets\n",
    "Sent to these ports over and over, by one source or under 16 000 forged addresses. Nanoseconds a packet, and the ratio against the bare table " +
      "that is sent the same. What knockd starts, here `true`, is not counted:\n",
    table(
      ["ruleset, sequences", ...ATTACKS.map(({ name }) => name), "worst"],
      rows.map((row) => describeRow(row, results)),
    ),
  ].join("\n");
}

function attackers(installed: Installed, services: readonly BenchService[]): readonly Contestant[] {
  const [first, ...others] = services;
  if (first === undefined) throw new Error("bug: no services");
  const unused = unusedPort(services);
  return ATTACKS.map(({ targets, sources = "one" }) => ({
    ...installed,
    traffic: { family: 4, targets: targets(first, others, unused), sources },
  }));
}

function describeRow({ system, count, contestants }: Row, results: readonly Result[]): readonly string[] {
  const own = contestants.map((contestant) => results.find((result) => result.contestant === contestant));
  const worst = Math.max(...own.map((result) => result?.ratio.median ?? 0));
  return [
    `${system.name}, ${figure(count)}`,
    ...own.map((result) =>
      result === undefined
        ? NOT_MEASURED
        : `${figure(result.nanoseconds.median)} (${printRatio(result.ratio.median)})`,
    ),
    printRatio(worst),
  ];
}

function printRatio(ratio: number): string {
  return `${ratio < 10 ? ratio.toFixed(2) : figure(ratio)}x`;
}
