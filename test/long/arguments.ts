import { parseArgs } from "node:util";

export interface LongRun {
  readonly count: number;
  readonly seed: number;
}

/** Reads `COUNT SEED` from the command line. Without a seed it is today's: every run looks somewhere else. */
export function readLongRun(defaultCount: number): LongRun {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [count = `${defaultCount}`, seed = `${Math.floor(Date.now() / 86_400_000)}`] = positionals;
  if (positionals.length > 2 || !/^[1-9]\d{0,8}$/.test(count) || !/^\d{1,9}$/.test(seed)) {
    process.stderr.write("usage: COUNT SEED, both whole numbers\n");
    process.exit(2);
  }
  return { count: Number(count), seed: Number(seed) };
}
