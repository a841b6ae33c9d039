import type { Activity } from "./activity";
import type { HostReport } from "./fleetReport";

/** A host may have thousands of sources, or say so: nobody reads them all. */
const MOST = 100;

/** As much of a list as is shown, and how many there are beside that. */
export interface Shown<T> {
  readonly shown: readonly T[];
  readonly more: number;
}

/** Lines of what is shown, and one that says how many more there are. */
export function withMore(lines: readonly string[], more: number): readonly string[] {
  return more === 0 ? lines : [...lines, `and ${more} more`];
}

export interface OfHost<T> {
  readonly host: string;
  readonly item: T;
}

export function atMost<T>(all: readonly T[]): Shown<T> {
  return { shown: all.slice(0, MOST), more: Math.max(0, all.length - MOST) };
}

/** What all hosts say, each host's cut short: none keeps another one's from being seen. */
export function ofHosts<T>(
  hosts: readonly HostReport[],
  pick: (activity: Activity) => readonly T[],
): Shown<OfHost<T>> {
  const perHost = hosts.map((host) => ({
    host: host.name,
    ...atMost(host.kind === "answered" ? pick(host.activity) : []),
  }));
  return {
    shown: perHost.flatMap(({ host, shown }) => shown.map((item) => ({ host, item }))),
    more: sum(perHost.map(({ more }) => more)),
  };
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Of any number of them, which not every call takes as arguments; 0 where there is none. */
export function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), 0);
}
