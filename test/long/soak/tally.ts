/** What is counted, as the table says it, and whether it must be 0. */
export const COUNTED = {
  updates: { what: "updates, confirmed", isFault: false },
  rollbacks: { what: "updates that nobody confirmed, rolled back", isFault: false },
  foreignUpdates: { what: "updates of another owner, refused", isFault: false },
  reloads: { what: "reloads and restarts of units", isFault: false },
  knocks: { what: "sequences knocked", isFault: false },
  admissions: { what: "admissions", isFault: false },
  windowsEnded: { what: "windows that ended in time", isFault: false },
  sent: { what: "packets of strangers to guarded ports", isFault: false },
  scannedPorts: { what: "ports scanned", isFault: false },
  through: { what: "**packets of strangers that got through**", isFault: true },
  // What the docs say of a flush: the host is open until our table is back, and who knocks just then knocks in vain.
  throughFlushes: { what: "… while `nftables.service` flushed", isFault: false },
  windowsLost: { what: "**windows lost**", isFault: true },
  windowsLostToFlushes: { what: "… to a flush of `nftables.service`", isFault: false },
  windowsOverstayed: { what: "**windows that did not end**", isFault: true },
  findings: { what: "**drift that nobody made**", isFault: true },
  failures: { what: "**updates, rollbacks, knocks that failed**", isFault: true },
  leaks: { what: "**files, units, tables, memory left behind**", isFault: true },
} as const;

type Counted = keyof typeof COUNTED;
export type Tally = Record<Counted, number>;

export const COUNTED_NAMES = Object.keys(COUNTED) as readonly Counted[];

export function newTally(): Tally {
  return Object.fromEntries(COUNTED_NAMES.map((name) => [name, 0])) as Tally;
}

export function isFine(tally: Tally): boolean {
  return COUNTED_NAMES.every((name) => !COUNTED[name].isFault || tally[name] === 0);
}
