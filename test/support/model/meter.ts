import type { Doubt } from "./doubt";

/** nft's `limit` in a set, one for each source: so many at once, and then so many a second. */
export interface Meter {
  /** Whether one more is below the rate, and if so counts it. */
  take(source: string, now: number): boolean;
}

export interface MeterLimits {
  readonly perSecond: number;
  readonly burst: number;
  /** A source that takes nothing for so long begins afresh. */
  readonly forgottenSeconds: number;
}

export function createMeter({ perSecond, burst, forgottenSeconds }: MeterLimits, doubt: Doubt): Meter {
  const levels = new Map<string, { readonly level: number; readonly at: number }>();
  return {
    take: (source, now) => {
      const { level, at } = levels.get(source) ?? { level: burst, at: now };
      const pause = now - at;
      const filled = Math.min(burst, level + pause * perSecond);
      if (filled < burst) doubt.note(Math.abs(pause - forgottenSeconds));
      // What was enough before this moment would have been enough at any.
      if (level < 1) doubt.note(Math.abs(filled - 1) / perSecond);
      const current = pause < forgottenSeconds ? filled : burst;
      const isBelow = current >= 1;
      levels.set(source, { level: isBelow ? current - 1 : current, at: now });
      return isBelow;
    },
  };
}
