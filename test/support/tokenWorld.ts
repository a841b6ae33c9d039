import { type FillLengths, planFill } from "./tokenFilling";

/** In units of a hundred seconds: a timer that comes every three, and bounds that hold for four. */
const LENGTHS: FillLengths = { slot: 6, skew: 1, ahead: 12, bound: 4 };
const TIMER = 3;

/** A host and the time around it. Each slot has one token. */
export interface TokenWorld {
  readonly time: number;
  /** How far the host's clock is ahead. */
  readonly clock: number;
  /** When the kernel's tokens begin and end, by the real time, by slot; those that were used are gone. */
  readonly kernel: ReadonlyMap<number, { readonly from: number; readonly to: number }>;
  /** The newest slot that the kernel's table was filled with. */
  readonly filled: number | undefined;
  readonly bound: number | undefined;
  /** The clock at the last fill; nothing after a boot. */
  readonly noted: number | undefined;
  /** The slots whose token somebody has used. */
  readonly used: ReadonlySet<number>;
}

export const NEW_WORLD: TokenWorld = fill({
  time: 600,
  clock: 0,
  kernel: new Map(),
  filled: undefined,
  bound: undefined,
  noted: undefined,
  used: new Set(),
});

/** Something that happens. */
export type TokenEvent = (world: TokenWorld) => TokenWorld;

const emptied = (world: TokenWorld): TokenWorld => ({ ...world, kernel: new Map(), filled: undefined });
const booted = (world: TokenWorld, clock: number): TokenWorld =>
  fill({ ...emptied(world), clock, noted: undefined });
const clockSet = (world: TokenWorld, clock: number): TokenWorld => fill({ ...world, clock });

/** What happens to tokens, by name. An update and a rollback leave them alone. */
export const EVENTS: Readonly<Record<string, TokenEvent>> = {
  "time passes": (world) => fill({ ...world, time: world.time + TIMER }),
  "the oldest is used": (world) => use(world, liveSlots(world)[0]),
  "the newest is used": (world) => use(world, liveSlots(world).at(-1)),
  "a flush, a removal, other rules and back": (world) => fill(emptied(world)),
  "a power cut": (world) => booted(world, world.clock),
  "a clock ahead by a slot and more": (world) => clockSet(world, world.clock + 7),
  "a clock back by a little": (world) => clockSet(world, world.clock - 2),
  "a clock back by a slot and more": (world) => clockSet(world, world.clock - 7),
};

/** What must not come together: a bound that the timer did not renew, and a clock that a boot sets back. */
export const TIMER_STOPS: Readonly<Record<string, TokenEvent>> = {
  "time passes, and no timer": (world) => ({ ...world, time: world.time + TIMER }),
};
export const BOOTS_BACK: Readonly<Record<string, TokenEvent>> = {
  "a power cut, and a clock back by a little": (world) => booted(world, world.clock - 2),
  "a power cut, and a clock back by a slot and more": (world) => booted(world, world.clock - 7),
};

/** The slots whose token was used, and is there once more. */
export function secondUses({ kernel, used, time }: TokenWorld): readonly number[] {
  return [...kernel].flatMap(([slot, { to }]) => (used.has(slot) && to > time ? [slot] : []));
}

function liveSlots({ kernel, time }: TokenWorld): readonly number[] {
  return [...kernel].flatMap(([slot, { from, to }]) => (from <= time && time < to ? [slot] : [])).toSorted();
}

function use(world: TokenWorld, slot: number | undefined): TokenWorld {
  return slot === undefined
    ? world
    : {
        ...world,
        kernel: new Map([...world.kernel].filter(([each]) => each !== slot)),
        used: new Set([...world.used, slot]),
      };
}

/** As the host does, by a timer, after a boot, and where somebody sets the clock. */
function fill(world: TokenWorld): TokenWorld {
  const hasStepped = world.noted !== undefined && world.noted !== world.clock;
  const before = hasStepped ? emptied(world) : world;
  const now = before.time + before.clock;
  const former = hasStepped && world.noted !== undefined ? world.time + world.noted : undefined;
  const { from, to, bound } = planFill({ ...before, now, former }, LENGTHS);
  const { slot, skew } = LENGTHS;
  const made = Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index).map(
    (each) =>
      [
        each,
        { from: each * slot - skew - before.clock, to: (each + 1) * slot + skew - before.clock },
      ] as const,
  );
  return {
    ...before,
    kernel: new Map([...before.kernel, ...made].filter(([, { to: end }]) => end > before.time)),
    filled: from <= to ? to : before.filled,
    bound,
    noted: before.clock,
  };
}
