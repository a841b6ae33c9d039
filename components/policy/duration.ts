import { type Parsed, refused, value } from "./parsed";

const SECONDS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3600],
  ["d", 86400],
]);

export const DURATION: RegExp = /^(\d{1,9})([smhd])$/;

/** Parses `10s`, `5m`, `1h` or `2d` into whole seconds. */
export function parseDuration(text: string): Parsed<number> {
  const match = DURATION.exec(text);
  const unit = SECONDS_PER_UNIT.get(match?.[2] ?? "");
  if (match === null || unit === undefined) {
    return refused("is not a duration", 'write a whole number and a unit, like "10s", "5m", "1h" or "2d"');
  }
  return value(Number(match[1]) * unit);
}

/** The shortest way to write a number of seconds as a duration of one unit. */
export function printDuration(seconds: number): string {
  const [unit, size] =
    [...SECONDS_PER_UNIT].findLast(([, unitSeconds]) => seconds % unitSeconds === 0) ?? bug(seconds);
  return `${seconds / size}${unit}`;
}

/** Any number of seconds to the minute, one at least. */
export function printMinutes(seconds: number): string {
  return printDuration(60 * Math.max(1, Math.round(seconds / 60)));
}

function bug(seconds: number): never {
  throw new Error(`bug: ${seconds} is not a whole number of seconds`);
}
