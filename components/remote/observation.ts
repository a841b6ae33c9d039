import type { HostStatus } from "./hostStatus";
import type { ProbeResult } from "./probeHost";

/**
 * How a host stands to what is desired for it. `marker` goes into the command text of apply: the host remembers
 * it, so the same marker means nothing happens, and a new one a plain update.
 */
export type Observation =
  | { readonly kind: "inSync"; readonly marker: string }
  | { readonly kind: "unguarded"; readonly marker: string; readonly findings: readonly string[] }
  | { readonly kind: "unfit"; readonly reason: string }
  | {
      readonly kind: "behind";
      readonly marker: string;
      readonly hasRolledBack: boolean;
      readonly findings: readonly string[];
    }
  | { readonly kind: "otherOwner"; readonly marker: string; readonly owner: string }
  | { readonly kind: "unchecked"; readonly reason: string | undefined };

export interface Desired {
  readonly token: string;
  readonly owner: string;
}

/** Not probed, and nothing to say about it: probing is off, or the host does not exist yet. */
export const UNPROBED: Observation = { kind: "unchecked", reason: undefined };

export function observe(result: ProbeResult, desired: Desired): Observation {
  if (result.kind === "unchecked") {
    return { kind: "unchecked", reason: result.reason };
  }
  if (result.kind === "unfit") {
    return { kind: "unfit", reason: result.reason };
  }
  const { status } = result;
  const marker = newMarker(status);
  if (status.kind === "unguarded") {
    return { kind: "unguarded", marker, findings: status.findings };
  }
  if (!isSameComponent(status.owner, desired.owner)) {
    return { kind: "otherOwner", marker, owner: status.owner };
  }
  const isAsDesired = status.token === desired.token && !status.isPending && status.findings.length === 0;
  return isAsDesired
    ? { kind: "inSync", marker: status.marker }
    : { kind: "behind", marker, hasRolledBack: status.hasRolledBack, findings: status.findings };
}

/**
 * What the host shows, cut short. It differs from every earlier marker because the host draws a nonce at each
 * apply, and it says nothing about the rules because that nonce never leaves the host.
 */
function newMarker(status: HostStatus): string {
  return status.observed.slice(0, 12);
}

/** All but the host's name: a component may take over from another of its own host names. */
function isSameComponent(a: string, b: string): boolean {
  return a.slice(0, a.lastIndexOf("/")) === b.slice(0, b.lastIndexOf("/"));
}
