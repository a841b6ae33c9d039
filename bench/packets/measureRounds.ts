import { median, type Spread, spreadOf } from "../statistics";
import type { Burst, Pair, Sender, Traffic } from "./sender";
import type { Daemon } from "./systems/system";
import type { Track } from "./track";

/** A track that is sent traffic, always beside the bare track that is sent the same. */
export interface Contestant {
  readonly track: Track;
  readonly traffic: Traffic;
  readonly daemon?: Daemon | undefined;
}

/** Of the rounds: a round counts as the median of its pairs. */
export interface Result {
  readonly contestant: Contestant;
  readonly nanoseconds: Spread;
  /** Of each pair of bursts, not of the medians: what slows the machine down slows both of a pair. */
  readonly ratio: Spread;
}

export interface Rounds {
  readonly sender: Sender;
  readonly bare: Track;
  readonly rounds: number;
  /** How many pairs of bursts a contestant sends in a round, fewer if they take long. */
  readonly pairs: number;
  readonly onRound?: (round: number) => void;
}

const BURST_MILLISECONDS = 4;
const LONGEST_TURN_MILLISECONDS = 1500;
const FEWEST_PACKETS = 2;
const MOST_PACKETS = 8000;
/** A daemon catches up after so many pairs, or its buffer would run over; and waiting for it takes time. */
const PAIRS_BETWEEN_PAUSES = 2;
const MOST_PAIRS_OF_DAEMON = 8;

/** Measures in rounds; in each, every contestant has its turn, in another order every time. */
export async function measureRounds(
  contestants: readonly Contestant[],
  { sender, bare, rounds, pairs, onRound = () => {} }: Rounds,
): Promise<readonly Result[]> {
  const runs: Run[] = [];
  for (const contestant of contestants) {
    runs.push({ contestant, ...(await sizeTurn(contestant, sender, bare, pairs)), costs: [], ratios: [] });
  }
  for (let round = 1; round <= rounds; round += 1) {
    onRound(round);
    for (const run of shuffled(runs)) {
      const measured = await takeTurn(run, sender);
      run.costs.push(median(measured.map(({ first }) => first)));
      run.ratios.push(median(measured.map(({ first, second }) => first / second)));
    }
  }
  return runs.map(({ contestant, costs, ratios }) => ({
    contestant,
    nanoseconds: spreadOf(costs),
    ratio: spreadOf(ratios),
  }));
}

interface Turn {
  readonly own: Burst;
  readonly beside: Burst;
  readonly pairs: number;
}

interface Run extends Turn {
  readonly contestant: Contestant;
  readonly costs: number[];
  readonly ratios: number[];
}

async function takeTurn({ contestant, own, beside, pairs }: Run, sender: Sender): Promise<readonly Pair[]> {
  const { daemon } = contestant;
  if (daemon === undefined) return sender.sendPairs(pairs, own, beside);
  const measured: Pair[] = [];
  while (measured.length < pairs) {
    const before = await daemon.idleNanoseconds();
    const sent = await sender.sendPairs(PAIRS_BETWEEN_PAUSES, own, beside);
    const used = (await daemon.idleNanoseconds()) - before;
    const usedPerPacket = used / (PAIRS_BETWEEN_PAUSES * own.packets);
    measured.push(...sent.map(({ first, second }) => ({ first: first + usedPerPacket, second })));
  }
  return measured;
}

async function sizeTurn(
  { track, traffic, daemon }: Contestant,
  sender: Sender,
  bare: Track,
  pairs: number,
): Promise<Turn> {
  const own = await sizeBurst(sender, track, traffic);
  const beside = await sizeBurst(sender, bare, { ...traffic, isAstray: false });
  const most = Math.ceil(LONGEST_TURN_MILLISECONDS / (own.milliseconds + beside.milliseconds));
  return {
    own: own.burst,
    beside: beside.burst,
    pairs: Math.min(pairs, most, daemon === undefined ? pairs : MOST_PAIRS_OF_DAEMON),
  };
}

/** A burst of about the wanted length. What this sends warms up. */
async function sizeBurst(
  sender: Sender,
  track: Track,
  traffic: Traffic,
): Promise<{ readonly burst: Burst; readonly milliseconds: number }> {
  let packets = FEWEST_PACKETS;
  let milliseconds = 0;
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const burst: Burst = { track, traffic, packets };
    const costs = await sender.sendPairs(1, burst, burst);
    const cost = median(costs.map(({ second }) => second));
    const wanted = Math.round((BURST_MILLISECONDS * 1e6) / cost);
    packets = Math.max(FEWEST_PACKETS, Math.min(MOST_PACKETS, wanted));
    milliseconds = (packets * cost) / 1e6;
  }
  return { burst: { track, traffic, packets }, milliseconds };
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, key: Math.random() }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
