import type { Access, Knock, PortRange } from "../policy/policy";
import type { Finding } from "../policy/policyError";

/** What could not be taken over as it was, and what to do. Holds no port of a sequence, nor any other text of the file. */
export interface Note extends Finding {
  /** Counted from 1; nothing where it is about the whole file. */
  readonly line: number | undefined;
}

/** What a file of another program lets people open: one shape, whichever program it is of. */
export interface Imported {
  readonly openings: readonly ImportedOpening[];
  readonly notes: readonly Note[];
  /** Whether that program logged who came in. */
  readonly isLogged: boolean;
  /** Every port of a sequence in the file, also of one that is not taken over: no name may hold it. */
  readonly knockPorts: ReadonlySet<number>;
}

/** Ports, and what opens them. */
export interface ImportedOpening {
  /** As the file calls it: any text. */
  readonly name: string;
  readonly line: number;
  readonly ports: readonly PortRange[];
  readonly opener: ImportedSequence | ImportedToken;
  /** How long new connections may be started. */
  readonly windowSeconds: number;
  readonly access: Access;
}

export interface ImportedSequence {
  readonly kind: "sequence";
  readonly knocks: WrittenKnocks;
  /** The longest gap to the next knock. */
  readonly gapSeconds: number;
  readonly close: WrittenKnocks | undefined;
}

/** A sequence, and where it is written. */
export interface WrittenKnocks {
  readonly knocks: readonly Knock[];
  readonly line: number;
}

/** Whoever sends packets that open once. Their secret is no part of it: it is made anew. */
export interface ImportedToken {
  readonly kind: "token";
  /** Seconds since 1970; 0 for never. */
  readonly until: number;
}
