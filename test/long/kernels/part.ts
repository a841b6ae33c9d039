import type { Guest } from "./guest";
import type { GuestNetwork } from "./guestNetwork";

/** What a part of the run has checked: everything that is not as it should be, in words. */
export interface PartOutcome {
  readonly checked: number;
  readonly wrong: readonly string[];
}

export interface PartOptions {
  readonly guest: Guest;
  readonly network: GuestNetwork;
  readonly seed: number;
  readonly say: (words: string) => void;
}

/** Counts what is checked. Everything is checked, however much is wrong. */
export interface Checks {
  same(what: string, found: unknown, wanted: unknown): void;
  outcome(): PartOutcome;
}

export function createChecks(say: (words: string) => void): Checks {
  const wrong: string[] = [];
  let checked = 0;
  return {
    same: (what, found, wanted) => {
      checked += 1;
      const [is, should] = [found, wanted].map((value) => JSON.stringify(value));
      if (is === should) return;
      wrong.push(`${what}: is ${is}, should be ${should}`);
      say(`WRONG: ${wrong.at(-1)}`);
    },
    outcome: () => ({ checked, wrong }),
  };
}
