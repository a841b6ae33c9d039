import fc from "fast-check";
import type { LongRun } from "./arguments";

const CHUNK = 500;

/** As many random values as are asked for, never all of them at once. The same seed gives the same ones. */
export function* samples<T>(arbitrary: fc.Arbitrary<T>, { count, seed }: LongRun): Generator<T> {
  for (let done = 0; done < count; done += CHUNK) {
    yield* fc.sample(arbitrary, { numRuns: Math.min(CHUNK, count - done), seed: seed + done });
  }
}
