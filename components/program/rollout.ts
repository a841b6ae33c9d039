import { listSome } from "../policy/printNumber";
import type { Wave } from "../policy/waves";
import { signal } from "./signal";
import { stopError } from "./stopError";

/**
 * What became of a host that an update touches. `failed`: it answered, and was not confirmed. `notReached`: nobody could ask it
 * how it is, and it was not confirmed. `underWay`: the engine has not said yet.
 */
export type Ending = "confirmed" | "failed" | "notReached" | "underWay";

/** Lets the hosts of a component begin, wave by wave. */
export interface Rollout {
  /** Resolves when all hosts of the waves before have come to their ends; rejects where this host must not be touched. */
  begin(host: string): Promise<void>;
  end(host: string, ending: Ending): void;
  /** Of the hosts that were touched. */
  readonly endings: ReadonlyMap<string, Ending>;
}

/** In a preview nobody waits, for nothing is touched. */
export const ALL_AT_ONCE: Rollout = { begin: async () => {}, end: () => {}, endings: new Map() };

export interface RolloutOptions {
  /** The name of the component. */
  readonly component: string;
  /** In the order in which they are touched. */
  readonly waves: readonly Wave[];
  readonly onBegin: (wave: number) => void;
  /** Called once, when no other host will be touched. */
  readonly onEnd: () => void;
}

/**
 * By what the program sees of each host, and by no dependency between resources. That would stand in the state: `destroy` would
 * go wave by wave, other waves would be a change of the hosts, and an engine that goes on after errors skips all that
 * depends on what has failed.
 */
export function rolloutOf({ component, waves, onBegin, onEnd }: RolloutOptions): Rollout {
  const endings = new Map<string, Ending>();
  const ended = new Map(waves.flatMap(({ hosts }) => hosts).map((host) => [host, signal()]));
  const begun = new Map<string, Promise<void>>();
  let before = Promise.resolve();
  for (const [index, wave] of waves.entries()) {
    for (const host of wave.hosts) begun.set(host, before);
    before.then(
      () => onBegin(index),
      () => {},
    );
    before = over(wave, before);
  }
  before.then(onEnd, onEnd);
  return {
    begin: async (host) => {
      await begun.get(host);
      endings.set(host, "underWay");
    },
    end: (host, ending) => {
      // What was refused has ended too.
      if (endings.has(host)) endings.set(host, ending);
      ended.get(host)?.give();
    },
    endings,
  };

  /** Resolves when the next wave may begin. */
  async function over({ hosts, isCanary }: Wave, mayBegin: Promise<void>): Promise<void> {
    await mayBegin;
    await Promise.all(hosts.map((host) => ended.get(host)?.given));
    const stoppers = hosts.filter((host) => stops(endings.get(host), isCanary));
    if (stoppers.length > 0) throw stopError(() => stopped(component, stoppers));
  }
}

/**
 * The engine begins nothing after an error, unless it was told to go on. Then a host that nobody reached holds nobody up, if it
 * is no canary; one that the new rules may have shut out does.
 */
function stops(ending: Ending | undefined, isCanary: boolean): boolean {
  return ending === "failed" || (isCanary && ending !== "confirmed");
}

function stopped(component: string, hosts: readonly string[]): string {
  const were = hosts.length === 1 ? "was" : "were";
  return `the rollout of ${component} stopped: ${listSome(hosts)} ${were} not confirmed, and no host of a later wave was touched; mend that, then run pulumi up again`;
}

/** Which hosts a wave touches, and which are touched behind it. */
export function describeWave(waves: readonly Wave[], index: number): string {
  const behind = waves.slice(index + 1).flatMap(({ hosts }) => hosts);
  const then = behind.length === 0 ? "" : `; behind it: ${listSome(behind)}`;
  return `rollout: wave ${index + 1} of ${waves.length}: ${listSome(waves[index]?.hosts ?? [])}${then}`;
}

/** One line for each thing that may become of a host, with those of which it did; `hosts` in the order of the list. */
export function describeEndings(
  hosts: readonly string[],
  endings: ReadonlyMap<string, Ending>,
): readonly string[] {
  const words: Readonly<Record<Ending | "notBegun", string>> = {
    confirmed: "confirmed",
    failed: "not confirmed, its old rules are back or come back",
    notReached: "not reached",
    underWay:
      "failed, as its own error says, or under way when the update ended: then its old rules come back",
    notBegun: "not begun",
  };
  return Object.entries(words).flatMap(([kind, said]) => {
    const some = hosts.filter((host) => (endings.get(host) ?? "notBegun") === kind);
    return some.length === 0 ? [] : [`${said}: ${some.join(", ")}`];
  });
}
