/** How sure the model is of what it said: the kernel's clock is read at another moment than the sender's. */
export interface Doubt {
  /** A decision that would have been another one so many seconds earlier or later. */
  note(seconds: number): void;
  /** The least such number since the last call. */
  take(): number;
}

export function createDoubt(): Doubt {
  let smallest = Number.POSITIVE_INFINITY;
  return {
    note: (seconds) => {
      smallest = Math.min(smallest, seconds);
    },
    take: () => {
      const taken = smallest;
      smallest = Number.POSITIVE_INFINITY;
      return taken;
    },
  };
}
