import { parseArgs } from "node:util";

export interface LongRun {
  readonly count: number;
  readonly seed: number;
}

/** A run of which there are several kinds. */
export interface ChosenRun<Choice extends string> extends LongRun {
  /** The word behind the numbers, if any. */
  readonly choice: Choice | undefined;
}

/** Reads `COUNT SEED` from the command line. Without a seed it is today's: every run looks somewhere else. */
export function readLongRun<Choice extends string = never>(
  defaultCount: number,
  choices: readonly Choice[] = [],
): ChosenRun<Choice> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [count = `${defaultCount}`, seed = `${Math.floor(Date.now() / 86_400_000)}`, ...words] = positionals;
  const choice = choices.find((each) => each === words[0]);
  const isKnown = words.length === (choice === undefined ? 0 : 1);
  if (!isKnown || !/^[1-9]\d{0,8}$/.test(count) || !/^\d{1,9}$/.test(seed)) {
    const others = choices.length === 0 ? "" : `, and ${choices.join(" or ")} behind them`;
    process.stderr.write(`usage: COUNT SEED, both whole numbers${others}\n`);
    process.exit(2);
  }
  return { count: Number(count), seed: Number(seed), choice };
}
