import { figure, spread, table } from "../markdown";
import type { Bench } from "./bench";
import { type Contestant, measureRounds } from "./measureRounds";
import { RANDOM_PORTS, type Traffic } from "./sender";
import { oursGuard, oursTokens } from "./systems/ours";
import type { System } from "./systems/system";

const COUNTS = [1, 100] as const;
const PAIRS = 12;

const WRONG_TOKENS: Traffic = { ...RANDOM_PORTS, kind: "token" };
const FORGED: Traffic = { ...WRONG_TOKENS, sources: "random" };

const TRAFFICS: readonly (readonly [string, Traffic])[] = [
  ["SYN to a random port", RANDOM_PORTS],
  ["datagram as long as a token", WRONG_TOKENS],
  ["the same, forged sources", FORGED],
];

interface Row {
  readonly system: System;
  readonly count: number;
  readonly contestants: readonly Contestant[];
}

/** What tokens cost packets that carry none, and a flood of wrong ones. */
export async function measureTokens({ install, sender, bare, rounds, say }: Bench): Promise<string> {
  const rows: Row[] = [];
  for (const count of COUNTS) {
    for (const system of [oursGuard, oursTokens]) {
      say(`tokens: loading ${system.name} with ${figure(count)} sequences`);
      const installed = await install(system, count);
      rows.push({ system, count, contestants: TRAFFICS.map(([, traffic]) => ({ ...installed, traffic })) });
    }
  }
  const contestants = rows.flatMap((row) => row.contestants);
  const results = await measureRounds(contestants, {
    sender,
    bare,
    rounds,
    pairs: PAIRS,
    onRound: (round) => say(`tokens: round ${round} of ${rounds}`),
  });
  return [
    "## Tokens, and packets that are none\n",
    "The map has a day of tokens of 100 knockers, 115 200. Against the bare table that is sent the same, median and quartiles of the rounds:\n",
    table(
      ["ruleset, sequences", ...TRAFFICS.map(([name]) => name)],
      rows.map(({ system, count, contestants: own }) => [
        `${system.name}, ${figure(count)}`,
        ...own.map((contestant) => {
          const result = results.find((each) => each.contestant === contestant);
          return result === undefined
            ? "–"
            : `${spread(result.ratio, 2)}, ${figure(result.nanoseconds.median)} ns`;
        }),
      ]),
    ),
  ].join("\n");
}
