import { MAX_DELAY_MILLISECONDS } from "../components/client/knock";
import { usageError } from "./commandError";

const MILLISECONDS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1000],
]);

/** Parses a flag like `--delay`: `100ms` or `2s`, at most 300 s, into milliseconds. */
export function parseDelay(text: string, flag = "--delay"): number {
  const match = /^(\d{1,6})(ms|s)$/.exec(text);
  const milliseconds = Number(match?.[1]) * (MILLISECONDS_PER_UNIT.get(match?.[2] ?? "") ?? Number.NaN);
  if (!(milliseconds <= MAX_DELAY_MILLISECONDS)) {
    throw usageError(`${flag}: is not a delay; write a number and a unit up to 300s, like "100ms" or "2s"`);
  }
  return milliseconds;
}
