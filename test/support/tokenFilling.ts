/** The lengths that a fill works with, in seconds or any other unit. */
export interface FillLengths {
  readonly slot: number;
  readonly skew: number;
  readonly ahead: number;
  /** For how long a bound must hold. */
  readonly bound: number;
}

/** What a fill knows of one knocker. */
export interface FillKnowledge {
  /** What the host takes for the time. */
  readonly now: number;
  /** The newest slot that the kernel has tokens of. */
  readonly filled: number | undefined;
  /** The newest slot whose tokens may have been used, from the disk. */
  readonly bound: number | undefined;
  /** Where somebody set the clock since the last fill: what the host would take for the time without that. */
  readonly former: number | undefined;
}

/** The slots that it fills, none where `from` is behind `to`, and what it writes down before it does. */
export interface Fill {
  readonly from: number;
  readonly to: number;
  readonly bound: number;
}

/** What `plan_tokens` of the host script does for one knocker. */
export function planFill({ now, former, filled, bound }: FillKnowledge, lengths: FillLengths): Fill {
  const { slot, skew, ahead } = lengths;
  const newest = Math.floor((Math.max(now, former ?? now) + skew) / slot);
  const oldest = Math.floor((now - skew) / slot);
  const from =
    filled !== undefined
      ? Math.max(filled + 1, oldest)
      : bound !== undefined
        ? Math.max(bound, newest) + 1
        : oldest;
  return {
    from,
    to: Math.floor((now + ahead) / slot),
    bound: Math.max(
      bound ?? 0,
      bound === undefined ? 0 : newest,
      Math.floor((now + skew + lengths.bound) / slot),
    ),
  };
}
