import { type NamedSequence, namedSequences } from "../../components/policy/namedSequences";
import { contains } from "../../components/policy/network";
import type { Identity, Knock, Policy, PortRange, Protocol } from "../../components/policy/policy";
import { networkOf } from "./networkOf";

/** A packet for the host, as far as knocking looks at it. */
export interface Packet {
  /** An address: v4 and v6 are different sources. */
  readonly source: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** Whether it opens something new: a plain SYN, or UDP that belongs to no flow yet. */
  readonly isNew: boolean;
}

/** A guarded port's own answer, or whatever the packet would have met without us. */
export type Fate = "guarded" | "goesOn";

/** What the reference says about the sources of one host. Time is given, in seconds, and never goes back. */
export interface KnockModel {
  receive(packet: Packet, now: number): Fate;
  /** The knocks of the attempt that a source has going. */
  attemptOf(source: string, now: number): readonly Knock[];
  /** The names of the services to which a source is admitted, sorted. */
  admittedTo(source: string, now: number): readonly string[];
}

interface SourceState {
  readonly attempt: readonly Knock[];
  readonly attemptEnds: number;
  /** Service name → end of its access window. */
  readonly windows: ReadonlyMap<string, number>;
}

const START: SourceState = { attempt: [], attemptEnds: 0, windows: new Map() };

/**
 * The semantics of `docs/semantics.md`, by its numbers, without the pace of first knocks.
 */
export function createKnockModel(policy: Policy): KnockModel {
  const states = new Map<string, SourceState>();

  const stateOf = (source: string, now: number): SourceState => {
    const state = states.get(source) ?? START;
    const windows = new Map([...state.windows].filter(([, end]) => now < end));
    return now < state.attemptEnds ? { ...state, windows } : { ...START, windows };
  };

  return {
    receive: (packet, now) => {
      const source = sourceOf(packet.source, policy.identity);
      const state = stateOf(source, now);
      // 1
      const guard = policy.services.find(({ ports }) => isAmong(ports, packet));
      if (guard !== undefined) {
        if (contains(policy.allow, packet.source)) {
          return "goesOn";
        }
        const isAdmitted = state.windows.has(guard.name);
        if (isAdmitted && guard.access === "once" && packet.isNew) {
          states.set(source, withoutWindow(state, guard.name));
        }
        return isAdmitted ? "goesOn" : "guarded";
      }
      if (packet.isNew) {
        states.set(source, afterKnock(policy, state, packet, now));
      }
      return "goesOn";
    },
    attemptOf: (address, now) => stateOf(sourceOf(address, policy.identity), now).attempt,
    admittedTo: (address, now) =>
      [...stateOf(sourceOf(address, policy.identity), now).windows.keys()].toSorted(),
  };
}

/** The network that makes a source; whole addresses are networks of one. */
function sourceOf(address: string, { ipv4Prefix, ipv6Prefix }: Identity): string {
  return networkOf(address, address.includes(":") ? ipv6Prefix : ipv4Prefix);
}

function withoutWindow(state: SourceState, service: string): SourceState {
  return { ...state, windows: new Map([...state.windows].filter(([name]) => name !== service)) };
}

function afterKnock(policy: Policy, state: SourceState, packet: Packet, now: number): SourceState {
  const knock: Knock = { protocol: packet.protocol, port: packet.port };
  // 2
  if (isAmong(policy.openPorts, packet)) {
    return state;
  }
  // 3
  const extended = [...state.attempt, knock];
  const followed = sequencesBeginning(policy, extended);
  if (state.attempt.length > 0 && followed.length > 0) {
    return advance(state, extended, followed, now);
  }
  // 4
  if (state.attempt.some((made) => isSame(made, knock))) {
    return state;
  }
  // 5
  const begun = sequencesBeginning(policy, [knock]);
  if (begun.length > 0) {
    return advance(state, [knock], begun, now);
  }
  // 6
  return { ...state, attempt: [], attemptEnds: 0 };
}

function advance(
  state: SourceState,
  attempt: readonly Knock[],
  followed: readonly NamedSequence[],
  now: number,
): SourceState {
  const completed = followed.find(({ knocks }) => knocks.length === attempt.length);
  if (completed !== undefined) {
    const { action, service } = completed;
    const atStart = { ...withoutWindow(state, service.name), attempt: [], attemptEnds: 0 };
    return action === "close"
      ? atStart
      : {
          ...atStart,
          windows: new Map([...atStart.windows, [service.name, now + service.accessWindowSeconds]]),
        };
  }
  const patience = Math.max(...followed.map(({ service }) => service.knockTimeoutSeconds));
  return { ...state, attempt, attemptEnds: now + patience };
}

function sequencesBeginning(policy: Policy, knocks: readonly Knock[]): readonly NamedSequence[] {
  return namedSequences(policy).filter((sequence) =>
    knocks.every((knock, index) => {
      const own = sequence.knocks[index];
      return own !== undefined && isSame(own, knock);
    }),
  );
}

function isAmong(ranges: readonly PortRange[], { protocol, port }: Packet): boolean {
  return ranges.some((range) => range.protocol === protocol && range.from <= port && port <= range.to);
}

function isSame(a: Knock, b: Knock): boolean {
  return a.protocol === b.protocol && a.port === b.port;
}
