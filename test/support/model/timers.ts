import type { Doubt } from "./doubt";

/** Times that run for a source: of its stage, its admissions, its ban and its trust; or for a token. */
export interface Timers {
  /** Runs for so many seconds from now, whether it was running or not. */
  start(source: string, timer: Timer, seconds: number, now: number): void;
  stop(source: string, timer: Timer): void;
  /** Seconds until it ends; 0 when it is not running. */
  left(source: string, timer: Timer, now: number): number;
}

export type Timer =
  | "stage"
  | "blacklist"
  | "trust"
  | `admitted ${string}`
  | `flows ${string}`
  | `window ${string}`
  /** How long somebody is whoever opened a service last. */
  | `opener ${string}`
  /** Until it is none any more, and until it may be used. */
  | "token"
  | "early";

export function createTimers(doubt: Doubt): Timers {
  const ends = new Map<string, number>();
  const keyOf = (source: string, timer: Timer): string => `${source} ${timer}`;
  return {
    start: (source, timer, seconds, now) => {
      ends.set(keyOf(source, timer), now + seconds);
    },
    stop: (source, timer) => {
      ends.delete(keyOf(source, timer));
    },
    left: (source, timer, now) => {
      const end = ends.get(keyOf(source, timer));
      if (end === undefined) return 0;
      doubt.note(Math.abs(end - now));
      return Math.max(0, end - now);
    },
  };
}
