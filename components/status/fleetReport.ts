import type { Activity } from "./activity";

/** What asking the hosts of a fleet brought. What a host says of itself is its own claim. */
export interface FleetReport {
  /** In seconds since 1970, by the clock of who asked. */
  readonly askedAt: number;
  readonly hosts: readonly HostReport[];
}

export type HostReport = AnsweredReport | UnansweredReport;

export interface AnsweredReport {
  readonly kind: "answered";
  readonly name: string;
  /** What differs from what was applied, in words: in sync where there is nothing. */
  readonly findings: readonly string[];
  /** What is no drift and somebody should know. */
  readonly warnings: readonly string[];
  /** Nothing where nobody guards it. */
  readonly rules: RulesReport | undefined;
  readonly activity: Activity;
}

/** It could not be asked, or what it said is no report. */
export interface UnansweredReport {
  readonly kind: "unanswered";
  readonly name: string;
  /** The end of a sentence that begins with the host. */
  readonly reason: string;
}

/** The rules that a host has. */
export interface RulesReport {
  /** Project, stack, component and host name. */
  readonly owner: string;
  /** By the host's clock, in seconds since 1970; nothing where it could not say. */
  readonly appliedAt: number | undefined;
}

/** As whom a fleet counts a host. */
export type HostState = "inSync" | "drifted" | "unanswered";

export const STATE_WORDS: Readonly<Record<HostState, string>> = {
  inSync: "in sync",
  drifted: "drifted",
  unanswered: "no answer",
};

const COUNTED_WORDS: Readonly<Record<HostState, string>> = { ...STATE_WORDS, unanswered: "did not answer" };

export function stateOf(host: HostReport): HostState {
  return host.kind === "unanswered" ? "unanswered" : host.findings.length === 0 ? "inSync" : "drifted";
}

/** How many hosts are in which state, in words: `2 in sync, 1 drifted, 1 did not answer`. */
export function countStates(hosts: readonly HostReport[]): string {
  const states: readonly HostState[] = ["inSync", "drifted", "unanswered"];
  return states
    .map((state) => ({ state, count: hosts.filter((host) => stateOf(host) === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${COUNTED_WORDS[state]}`)
    .join(", ");
}
