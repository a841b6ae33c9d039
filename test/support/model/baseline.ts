import { contains } from "../../../components/policy/network";
import type { Baseline, Network, Policy } from "../../../components/policy/policy";
import type { Answer } from "../packets/step";
import type { Doubt } from "./doubt";
import { closedAnswer } from "./hostStack";
import { type Fate, isOpenTo } from "./knocking";
import { createMeter } from "./meter";
import { connectionState, isAmong, isNullOrXmas, opensSomething, type Packet } from "./packet";
import { perAddress } from "./perAddress";
import type { Timers } from "./timers";

/** What the host itself answers to a packet that is accepted. */
type Accept = (packet: Packet) => Answer;

export interface BaselineRules {
  /** `meetKnocking` is asked when the packet comes that far. */
  meet(packet: Packet, source: string, now: number, meetKnocking: () => Fate): Answer;
}

/** Written down here once more: the compiler's own list is what is tested. */
const MARTIANS: readonly Network[] = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::ffff:0:0/96", "100::/64", "2001:db8::/32"],
  ...["3fff::/20", "fc00::/7", "fec0::/10", "ff00::/8"],
].map((cidr) => ({ family: cidr.includes(":") ? 6 : 4, cidr }));

/** The section "Under a baseline" of `docs/semantics.md`, by its numbers, for packets to the host of no connection. */
export function createBaselineRules(
  policy: Policy,
  baseline: Baseline,
  timers: Timers,
  doubt: Doubt,
  accept: Accept,
): BaselineRules {
  const syns = createMeter(
    { perSecond: baseline.synsPerSecond, burst: baseline.synsPerSecond, forgottenSeconds: 10 },
    doubt,
  );

  const isAllowed = perAddress((address) => contains(policy.allow, address));
  const isMartian = perAddress(
    (address) =>
      contains(MARTIANS, address) && !contains([...baseline.exceptNetworks, ...policy.allow], address),
  );

  const isTrusted = (packet: Packet, source: string, now: number): boolean =>
    isAllowed(packet.source) || timers.left(source, "trust", now) > 0;

  /** Whether it is; a trusted source never is. */
  const ban = (packet: Packet, source: string, now: number): boolean => {
    if (isTrusted(packet, source, now)) return false;
    timers.start(source, "blacklist", baseline.blacklistSeconds, now);
    return true;
  };

  return {
    meet: (packet, source, now, meetKnocking) => {
      // 4
      if (connectionState(packet) === "invalid") {
        if (isNullOrXmas(packet)) ban(packet, source, now);
        return "silent";
      }
      // 5
      if (meetKnocking() === "admitted") return accept(packet);
      // 7
      if (timers.left(source, "blacklist", now) > 0 && ban(packet, source, now)) return "silent";
      // 8: null and XMAS packets have been invalid
      const isAttack = opensSomething(packet)
        ? packet.protocol === "tcp" && !syns.take(source, now)
        : !isOpenTo(policy, packet);
      if (isAttack && ban(packet, source, now)) return "silent";
      // 9
      if (isMartian(packet.source)) return "silent";
      // 10
      if (isOpenTo(policy, packet)) return accept(packet);
      // 11
      if (isAmong(baseline.traps, packet) && ban(packet, source, now)) return "silent";
      // 12
      return policy.guardedAnswer === "reject" ? closedAnswer(packet) : "silent";
    },
  };
}
