import { setTimeout as sleep } from "node:timers/promises";

import pLimit = require("p-limit");

import { unreachable } from "../policy/unreachable";
import type { Hop } from "./connection";

/**
 * Why a dial failed. `away`: nothing answers there, yet. `turnedAway`: a server hung up before anybody could log in, as
 * a busy one does. `refused`: it answered, and is not what was expected or does not let us in. `unusable`: our own
 * settings, which no server mends.
 */
export type DialFailure = "away" | "turnedAway" | "refused" | "unusable";

/** The message is the end of a sentence that begins with the host. */
export class DialError extends Error {
  readonly kind: DialFailure;

  constructor(kind: DialFailure, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** How long to go on dialling, and to wait for an answer. */
export interface Patience {
  /** `update`: as long as the command plugin would. `preview`: not much longer than somebody likes to wait. */
  readonly kind: "preview" | "update";
  /** Told now and then that a host does not answer, in words. */
  readonly onWaiting: (words: string) => void;
  /** How many are dialled at once, by all that have the same bound: handshakes cost this process time. */
  readonly atOnce: number;
  /** The longest time that a host takes to answer that has let us in. */
  readonly answerSeconds: number;
}

/** A preview begins no dial of a host after this time. */
const PREVIEW_SECONDS = 20;

/** When a person is told that a host does not answer: the first time, and then once in so long. */
const SILENCE_SECONDS = { first: 10, further: 30 };

/** A server with sshd's default MaxStartups turns some away while ten others are about to log in. */
const TURNED_AWAY_LIMIT = 7;

/** The time that dialling one host takes, its proxy included, without that in which others had their turn. */
export interface Clock {
  readonly kind: Patience["kind"];
  readonly atOnce: number;
  /** Begins with the first dial. */
  start(): void;
  /** Calls `end` after so many seconds, 0 for never, or at the end of a preview's patience; returns what stops that. */
  limit(seconds: number, end: () => void): () => void;
  isOver(): boolean;
  sayWaiting(reason: string): void;
}

export function startClock({ kind, onWaiting, atOnce }: Patience): Clock {
  let startedAt: number | undefined;
  let saidAt: number | undefined;
  const passed = (): number => (startedAt === undefined ? 0 : (Date.now() - startedAt) / 1000);
  return {
    kind,
    atOnce,
    start: () => {
      startedAt ??= Date.now();
    },
    limit: (seconds, end) => {
      const own = seconds === 0 ? Number.POSITIVE_INFINITY : seconds;
      const all = kind === "preview" ? Math.max(PREVIEW_SECONDS - passed(), 1) : Number.POSITIVE_INFINITY;
      const least = Math.min(own, all);
      const timer = Number.isFinite(least) ? setTimeout(end, least * 1000) : undefined;
      return () => clearTimeout(timer);
    },
    isOver: () => kind === "preview" && passed() > PREVIEW_SECONDS,
    sayWaiting: (reason) => {
      const next = saidAt === undefined ? SILENCE_SECONDS.first : saidAt + SILENCE_SECONDS.further;
      if (passed() >= next) {
        saidAt = passed();
        onWaiting(`has been dialled for ${Math.round(passed())} seconds so far: it ${reason}`);
      }
    },
  };
}

/** Dials until it works or is of no use, with the pauses of the command plugin and its count: a limit of 1 is two dials. */
export async function redial<T>(
  { dialErrorLimit }: Hop,
  clock: Clock,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof DialError) || !isWorthAnother(error.kind, failures, dialErrorLimit, clock)) {
        throw error;
      }
      clock.sayWaiting(error.message);
    }
    await sleep(Math.min(100 * 1.5 ** (failures - 1), 5_000));
  }
}

function isWorthAnother(kind: DialFailure, failures: number, limit: number, clock: Clock): boolean {
  if (clock.isOver()) {
    return false;
  }
  const isWithin = limit === -1 || failures <= limit;
  switch (kind) {
    case "away":
      return isWithin;
    case "turnedAway":
      return isWithin || failures <= TURNED_AWAY_LIMIT;
    case "refused":
      // A machine that boots may get its keys after its sshd. In a preview each try could be a failed login too many.
      return isWithin && clock.kind === "update";
    case "unusable":
      return false;
    default:
      return unreachable(kind);
  }
}

/** Hundreds at once would time each other out. By how many are at once. */
const turns = new Map<number, pLimit.Limit>();

function turnsOf(atOnce: number): pLimit.Limit {
  const known = turns.get(atOnce) ?? pLimit(atOnce);
  turns.set(atOnce, known);
  return known;
}

interface Server {
  readonly inTurn: pLimit.Limit;
  /** The last time that nothing answered there. */
  away: { readonly at: number; readonly error: DialError } | undefined;
}

/** Those that are dialled by any component or stack of this process. */
const servers = new Map<string, Server>();

/** Few at a time: sshd turns people away when ten are about to log in, and we are not alone. */
const AT_ONE_SERVER = 4;

/** Waits for a turn at a server, which hosts may have as their proxy in common. */
export function atServer<T>({ host, port }: Hop, clock: Clock, attempt: () => Promise<T>): Promise<T> {
  const key = `${host} ${port}`;
  const server = servers.get(key) ?? { inTurn: pLimit(AT_ONE_SERVER), away: undefined };
  servers.set(key, server);
  const queuedAt = Date.now();
  const turn = async (): Promise<T> => {
    clock.start();
    // Who waited while others found nobody there need not find that out again, a timeout each.
    if (server.away !== undefined && server.away.at > queuedAt) {
      throw server.away.error;
    }
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof DialError && error.kind === "away") {
        server.away = { at: Date.now(), error };
      }
      throw error;
    }
  };
  return server.inTurn(() => turnsOf(clock.atOnce)(turn));
}
