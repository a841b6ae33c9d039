import { lifeOf } from "../components/tokens/token";

/** From when to when the tokens of a slot work, `2026-11-27 17:58 to 18:12` with the time zone behind. */
export interface Stretch {
  readonly utc: string;
  /** As this machine's clock shows it; nothing where that is UTC. */
  readonly local: string | undefined;
}

export function printStretch(slot: number): Stretch {
  const { from, to } = lifeOf(slot);
  const minutes = -new Date(from * 1000).getTimezoneOffset();
  return {
    utc: `${printBoth(from, to, 0)} UTC`,
    local: minutes === 0 ? undefined : `${printBoth(from, to, minutes)} ${printOffset(minutes)}`,
  };
}

/** When the tokens of a slot stop to work: `18:12 UTC`. */
export function printEnd(slot: number): string {
  return `${printClock(lifeOf(slot).to, 0)} UTC`;
}

/** Both in one offset, also where the clock is set forward or back in between. */
function printBoth(from: number, to: number, minutes: number): string {
  const day = shifted(from, minutes).slice(0, "2026-11-27".length);
  return `${day} ${printClock(from, minutes)} to ${printClock(to, minutes)}`;
}

function printClock(seconds: number, minutes: number): string {
  return shifted(seconds, minutes).slice("2026-11-27T".length, "2026-11-27T17:58".length);
}

function shifted(seconds: number, minutes: number): string {
  return new Date((seconds + minutes * 60) * 1000).toISOString();
}

function printOffset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? "-" : "+"}${`${hours}`.padStart(2, "0")}:${`${rest}`.padStart(2, "0")}`;
}
