import type { Admission } from "../policy/policy";

/** Who comes and goes at a host, as it says, since its rules were loaded. */
export interface Activity {
  readonly admissions: readonly Admission[];
  readonly flows: readonly Flow[];
  /** Connections that admitted sources opened. */
  readonly connections: readonly ServiceCount[];
  /** Attempts of sources that were not admitted. */
  readonly refusals: readonly ServiceCount[];
  /** With knockers: connections by who opened the window. */
  readonly entries: readonly Entries[];
  /** Those with the most refused attempts, and never one of a sequence. */
  readonly refusedPorts: readonly RefusedPort[];
  /** How many sources are on the blacklist; nothing where the rules have none. */
  readonly blacklisted: number | undefined;
}

/** Of a host that nobody guards. */
export const NO_ACTIVITY: Activity = {
  admissions: [],
  flows: [],
  connections: [],
  refusals: [],
  entries: [],
  refusedPorts: [],
  blacklisted: undefined,
};

/** A source with UDP flows. */
export interface Flow {
  readonly service: string;
  readonly source: string;
  /** For how long it may be silent. */
  readonly secondsLeft: number;
}

export interface ServiceCount {
  readonly service: string;
  readonly count: number;
}

export interface Entries extends ServiceCount {
  /** None where a sequence of the service opened it. */
  readonly opener?: string;
}

export interface RefusedPort {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly count: number;
}
