import type { BenchService } from "../services";
import type { Track } from "../track";

/** One of the firewalls that are compared. */
export interface System {
  readonly name: string;
  /** Whether the bare table is loaded first: what we and knockd add to is a firewall that exists. */
  readonly isBesideBare: boolean;
  /** With this many services it does not load, or a packet takes too long. */
  readonly mostServices?: { readonly count: number; readonly reason: string };
  /** Everything that can be done beforehand; what is returned loads it on a track, and may take its time. */
  prepare(services: readonly BenchService[]): Load;
}

/** What it leaves running, if anything. */
export type Load = (track: Track) => Promise<Daemon | undefined>;

/** A process whose work belongs to the price of a packet. */
export interface Daemon {
  /** Processor time used so far, once it has dealt with all that it has been sent. */
  idleNanoseconds(): Promise<number>;
  residentBytes(): number;
  stop(): Promise<void>;
}
