import { contains } from "../../../components/policy/network";
import type { Policy } from "../../../components/policy/policy";
import { printSequence } from "../../../components/policy/sequence";
import { networkOf } from "../networkOf";
import type { Answer } from "../packets/step";
import { createBaselineRules } from "./baseline";
import { createDoubt } from "./doubt";
import { closedAnswer, stackAnswer } from "./hostStack";
import { createKnocking, openerTimer, openings, windowTimer } from "./knocking";
import type { Packet, Ping } from "./packet";
import { perAddress } from "./perAddress";
import { createTimers, type Timer } from "./timers";
import { createTokens, type HostToken } from "./tokens";

/** What the reference says about the sources of one host. Time is given, in seconds, and never goes back. */
export interface KnockModel {
  /** Gives the host tokens. */
  fill(tokens: readonly HostToken[], now: number): void;
  /** What its sender sees. */
  receive(packet: Packet | Ping, now: number): Answer;
  /** What a host knows of the source that an address belongs to. */
  recall(address: string, now: number): Knowledge;
  /** For how many more seconds it has a token. */
  tokenLeft(token: string, now: number): number;
  /** By how many seconds the times given since the last call may be wrong without anything else having been said. */
  takeDoubt(): number;
}

/**
 * For how many more seconds a host knows something of a source: `stage 7000/tcp,8000/udp` for the knocks of the
 * attempt that it has going, `admitted ssh`, `window alice at ssh`, `opener alice of ssh`, `blacklist`, `trust`.
 */
export type Knowledge = ReadonlyMap<string, number>;

/**
 * The reference: `docs/semantics.md` as a state machine.
 *
 * @param listening whether somebody on the host listens on the packet's port
 * @param isUntracked whether another table keeps all packets from connection tracking; only without a baseline
 */
export function createKnockModel(
  policy: Policy,
  listening: (packet: Packet) => boolean,
  isUntracked = false,
): KnockModel {
  const doubt = createDoubt();
  const timers = createTimers(doubt);
  const knocking = createKnocking(policy, timers, doubt, isUntracked);
  const tokens = createTokens(policy, timers);
  const accept = (packet: Packet): Answer => stackAnswer(packet, listening(packet));
  const networkOfSource = perAddress((address) => sourceOf(policy, address));
  const { profile } = policy;
  const baseline =
    profile.kind === "baseline" ? createBaselineRules(policy, profile, timers, doubt, accept) : undefined;

  return {
    fill: tokens.fill,
    tokenLeft: tokens.left,
    receive: (packet, now) => {
      const source = networkOfSource(packet.source);
      if (packet.isMulticast) return "silent";
      // Then it goes on as a packet without one.
      const opening = packet.token === undefined ? undefined : tokens.use(packet.token, now);
      if (opening !== undefined) knocking.admit(opening, source, now);
      if (packet.protocol === "ping") return pingAnswer(policy, packet);
      const meetKnocking = () => knocking.meet(packet, source, now);
      if (baseline !== undefined) return baseline.meet(packet, source, now, meetKnocking);
      if (meetKnocking() !== "refused") return accept(packet);
      return policy.guardedAnswer === "reject" ? closedAnswer(packet) : "silent";
    },
    recall: (address, now) => {
      const source = networkOfSource(address);
      const known: readonly (readonly [string, Timer])[] = [
        [`stage ${printSequence(knocking.attemptOf(source, now))}`, "stage"],
        ...policy.services.map(({ name }) => [`admitted ${name}`, `admitted ${name}`] as const),
        ...policy.services.map(({ name }) => [`flows ${name}`, `flows ${name}`] as const),
        ...windowTimers(policy).map((timer) => [timer, timer] as const),
        ["blacklist", "blacklist"],
        ["trust", "trust"],
      ];
      return new Map(
        known
          .map(([name, timer]) => [name, timers.left(source, timer, now)] as const)
          .filter(([, left]) => left > 0),
      );
    },
    takeDoubt: doubt.take,
  };
}

/** Of every window that may be somebody's. */
function windowTimers(policy: Policy): readonly Timer[] {
  return openings(policy).flatMap(({ opener, services }) =>
    services.flatMap(({ name }) => [windowTimer(opener, name), openerTimer(opener, name)]),
  );
}

/** The limit of all pings together is left out: scripts stay below it. */
function pingAnswer({ profile }: Policy, { source }: Ping): Answer {
  const isAnswered =
    profile.kind === "guard" || profile.ping.from.length === 0 || contains(profile.ping.from, source);
  return isAnswered ? "open" : "silent";
}

/** The network that makes a source; whole addresses are networks of one. */
export function sourceOf({ identity }: Policy, address: string): string {
  const { ipv4Prefix, ipv6Prefix } = identity;
  return networkOf(address, address.includes(":") ? ipv6Prefix : ipv4Prefix);
}
