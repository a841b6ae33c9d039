const UNITS = [
  { unit: "d", seconds: 86400 },
  { unit: "h", seconds: 3600 },
  { unit: "m", seconds: 60 },
  { unit: "s", seconds: 1 },
] as const;

/** How long something lasts, in two units at most: `2h 5m`, `45s`. */
export function printLeft(seconds: number): string {
  const first = UNITS.findIndex((unit) => seconds >= unit.seconds);
  const [large, small] = UNITS.slice(first < 0 ? UNITS.length - 1 : first);
  if (large === undefined) {
    return `${seconds}s`;
  }
  const count = Math.floor(seconds / large.seconds);
  const rest = small === undefined ? 0 : Math.floor((seconds % large.seconds) / small.seconds);
  return rest === 0 || small === undefined
    ? `${count}${large.unit}`
    : `${count}${large.unit} ${rest}${small.unit}`;
}

/** A moment in seconds since 1970, to the minute: `2026-11-28 08:05 UTC`. */
export function printMinute(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, "2026-11-28T08:05".length).replace("T", " ")} UTC`;
}
