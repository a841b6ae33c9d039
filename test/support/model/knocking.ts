import {
  type Admitting,
  type Completion,
  type NamedSequence,
  namedSequences,
  namedTokens,
} from "../../../components/policy/namedSequences";
import { contains } from "../../../components/policy/network";
import type { Knock, Policy } from "../../../components/policy/policy";
import type { Opener } from "../../../components/policy/sequenceId";
import type { Doubt } from "./doubt";
import { createMeter } from "./meter";
import { isAmong, opensSomething, type Packet } from "./packet";
import { perAddress } from "./perAddress";
import type { Timers } from "./timers";

/** What knocking makes of a packet: its guarded port lets it on or refuses it, or there is no guarded port. */
export type Fate = "admitted" | "refused" | "unguarded";

export interface Knocking {
  meet(packet: Packet, source: string, now: number): Fate;
  /** What a completed sequence does, and a token. */
  admit(admitting: Admitting, source: string, now: number): void;
  /** The knocks of the attempt that a source has going. */
  attemptOf(source: string, now: number): readonly Knock[];
}

/** First knocks that count. */
const PACE = { perSecond: 1 / 5, burst: 10, forgottenSeconds: 10 };

/** The section "Semantics of knocking" of `docs/semantics.md`, by its numbers. */
export function createKnocking(policy: Policy, timers: Timers, doubt: Doubt, isUntracked: boolean): Knocking {
  const sequences = namedSequences(policy);
  const longestWindow = Math.max(...policy.services.map(({ accessWindowSeconds }) => accessWindowSeconds));
  const pace = createMeter(PACE, doubt);
  const isAllowed = perAddress((address) => contains(policy.allow, address));
  const attempts = new Map<string, readonly Knock[]>();

  const attemptOf = (source: string, now: number): readonly Knock[] =>
    timers.left(source, "stage", now) > 0 ? (attempts.get(source) ?? []) : [];

  const meet = (packet: Packet, source: string, now: number): Fate => {
    const isOpening = opensSomething(packet);
    // 1
    const guard = policy.services.find(({ ports }) => isAmong(ports, packet));
    if (guard !== undefined) {
      if (isAllowed(packet.source)) return "admitted";
      const isAdmitted = timers.left(source, `admitted ${guard.name}`, now) > 0;
      if (isAdmitted && guard.access === "once" && isOpening) {
        timers.stop(source, `admitted ${guard.name}`);
        forgetWindows(source, guard.name);
      }
      const mayGoOn = packet.protocol === "udp" || (isUntracked && !packet.flags.includes("syn"));
      const isGoingOn = mayGoOn && timers.left(source, `flows ${guard.name}`, now) > 0;
      const isKept = guard.flowTimeoutSeconds > 0 && (packet.protocol === "udp" || isUntracked);
      if (isKept && (isAdmitted || isGoingOn))
        timers.start(source, `flows ${guard.name}`, guard.flowTimeoutSeconds, now);
      return isAdmitted || isGoingOn ? "admitted" : "refused";
    }
    // 2
    if (isOpening && !isOpenTo(policy, packet)) knock(packet, source, now);
    return "unguarded";
  };

  const knock = ({ protocol, port }: Packet, source: string, now: number): void => {
    const made = { protocol, port };
    const attempt = attemptOf(source, now);
    // 3
    const followed = beginning(sequences, [...attempt, made]);
    if (attempt.length > 0 && followed.length > 0) {
      advance(source, [...attempt, made], followed, now);
      return;
    }
    // 4
    if (attempt.some((earlier) => isSame(earlier, made))) return;
    // 5
    const begun = beginning(sequences, [made]);
    if (begun.length > 0) {
      if (pace.take(source, now)) advance(source, [made], begun, now);
      return;
    }
    // 6
    timers.stop(source, "stage");
  };

  const advance = (
    source: string,
    attempt: readonly Knock[],
    followed: readonly NamedSequence[],
    now: number,
  ): void => {
    const completed = followed.find(({ knocks }) => knocks.length === attempt.length);
    if (completed === undefined) {
      attempts.set(source, attempt);
      const patience = Math.max(...followed.map(({ knockTimeoutSeconds }) => knockTimeoutSeconds));
      timers.start(source, "stage", patience, now);
    } else {
      timers.stop(source, "stage");
      complete(completed, source, now);
    }
  };

  /** Whoever opened them. */
  const forgetWindows = (source: string, service: string): void => {
    for (const { opener } of openings(policy)) timers.stop(source, windowTimer(opener, service));
  };

  const admit = (admitting: Admitting, source: string, now: number): void => {
    if (hasEnded(admitting)) return;
    for (const { name, accessWindowSeconds } of admitting.services) {
      timers.start(source, `admitted ${name}`, accessWindowSeconds, now);
      if (policy.knockers.length > 0)
        timers.start(source, windowTimer(admitting.opener, name), accessWindowSeconds, now);
      if (policy.knockers.some(({ services }) => services.includes(name))) {
        for (const { opener } of openings(policy)) timers.stop(source, openerTimer(opener, name));
        timers.start(source, openerTimer(admitting.opener, name), accessWindowSeconds, now);
      }
    }
    if (admitting.unbans) timers.stop(source, "blacklist");
    if (policy.profile.kind === "baseline") timers.start(source, "trust", longestWindow, now);
  };

  const complete = (completion: Completion, source: string, now: number): void => {
    switch (completion.action) {
      case "admit":
        admit(completion, source, now);
        break;
      case "close":
        for (const { name } of completion.services) {
          timers.stop(source, `admitted ${name}`);
          timers.stop(source, `flows ${name}`);
          forgetWindows(source, name);
        }
        break;
      case "unban":
        timers.stop(source, "blacklist");
        break;
      default:
        throw new Error(`bug: unknown completion ${completion satisfies never}`);
    }
  };

  return { meet, admit, attemptOf };
}

/** Everything that admits. */
export function openings(policy: Policy): readonly Admitting[] {
  const ofSequences = namedSequences(policy).flatMap((one) => (one.action === "admit" ? [one] : []));
  return [...ofSequences, ...namedTokens(policy)];
}

/** Whose window of a service it is. */
export function windowTimer({ name }: Opener, service: string): `window ${string}` {
  return `window ${name} at ${service}`;
}

/** Who opened a service last. */
export function openerTimer({ name }: Opener, service: string): `opener ${string}` {
  return `opener ${name} of ${service}`;
}

/** Scripts know accesses that ended long ago, and such as end long after them. */
function hasEnded({ until }: Admitting): boolean {
  return until > 0 && until < Date.now() / 1000;
}

/** Whether somebody is served at this port, or this source is. */
export function isOpenTo({ openPorts, profile }: Policy, packet: Packet): boolean {
  return (
    isAmong(openPorts, packet) ||
    (profile.kind === "baseline" &&
      profile.openPortsFrom.some(
        ({ ports, from }) => isAmong(ports, packet) && contains(from, packet.source),
      ))
  );
}

function beginning(sequences: readonly NamedSequence[], attempt: readonly Knock[]): readonly NamedSequence[] {
  return sequences.filter(({ knocks }) =>
    attempt.every((made, index) => {
      const own = knocks[index];
      return own !== undefined && isSame(own, made);
    }),
  );
}

function isSame(a: Knock, b: Knock): boolean {
  return a.protocol === b.protocol && a.port === b.port;
}
