import type { Lab, LabHost } from "../../lab";

/** Booted hosts, and how many of them may be worked on at once. */
export interface Fleet {
  readonly lab: Lab;
  readonly hosts: readonly LabHost[];
  readonly parallel: number;
}

/** A way to bring rules to hosts. */
export interface Contender {
  readonly name: string;
  /** Brings what is wanted to all hosts. */
  bring(): Promise<void>;
  /** Wants other rules on all hosts. */
  change(): Promise<void>;
  /** Lets a host lose what it has in a way that this contender sees; none where it sees none. */
  readonly drift?: (host: LabHost) => Promise<void>;
  /** Throws where a host has not got what is wanted. */
  verify(): Promise<void>;
  /** Leaves the hosts, and what is known of them, as they were before. */
  remove(): Promise<void>;
}
