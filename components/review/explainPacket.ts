import { describeKnocks } from "../policy/describeKnocks";
import { printDuration } from "../policy/duration";
import { MARTIANS } from "../policy/martians";
import { contains, isLoopback } from "../policy/network";
import type { Baseline, Network, Policy, PortRange, Protocol, Service } from "../policy/policy";
import { overlaps, printPortRange } from "../policy/portRange";

/** A packet that opens something new, a plain SYN or a first datagram, from a source that has not knocked. */
export interface ExplainedPacket {
  readonly address: string;
  readonly protocol: Protocol;
  readonly port: number;
}

/** What becomes of a packet. */
export type Fate =
  /** The table lets it in: who listens on the port answers, or the host says that nobody does. */
  | "accepted"
  /** The table has nothing to say: it meets whatever else the host has. */
  | "left alone"
  /** Answered as a closed port answers. */
  | "refused"
  /** No answer. */
  | "dropped";

/** One step of `docs/semantics.md` that looked at the packet. */
export interface ExplainedStep {
  /** `knocking 1`, `baseline 9`: the lists of that page, by number. */
  readonly rule: string;
  readonly words: string;
}

export interface Explanation {
  readonly fate: Fate;
  /** In the order in which the packet meets them; the last one decides. */
  readonly steps: readonly ExplainedStep[];
  /** What else is to be known: what a sequence would change, and who is blacklisted for this packet. */
  readonly notes: readonly string[];
}

/** The step at which a guarded port is found. */
export const GUARDED = "knocking 1";

/** What a policy does with a packet, by the numbers of `docs/semantics.md`. It never says which port is a knock. */
export function explainPacket(policy: Policy, packet: ExplainedPacket): Explanation {
  const { profile } = policy;
  if (isLoopback(packet.address)) {
    return decided("accepted", [
      { rule: profile.kind === "guard" ? "loopback" : "baseline 2", words: "loopback is let through" },
    ]);
  }
  const guard = policy.services.find(({ ports }) => isAmong(ports, packet));
  const knocking = meetKnocking(policy, packet, guard);
  if (profile.kind === "guard") {
    const fate =
      guard === undefined ? "left alone" : isAllowed(policy, packet) ? "left alone" : answer(policy);
    return withSequence(decided(fate, [knocking]), policy, guard, packet);
  }
  if (guard !== undefined && isAllowed(policy, packet)) {
    return decided("accepted", [knocking]);
  }
  const met = withReplies(meetBaseline(policy, profile, packet), packet);
  return withSequence({ ...met, steps: [knocking, ...met.steps] }, policy, guard, packet);
}

function meetKnocking(policy: Policy, packet: ExplainedPacket, guard: Service | undefined): ExplainedStep {
  const port = printPort(packet);
  if (guard !== undefined) {
    return {
      rule: GUARDED,
      words: isAllowed(policy, packet)
        ? `${port} is guarded by ${guard.name}, and ${networkOf(policy.allow, packet)} of allow need not knock`
        : `${port} is guarded by ${guard.name}; ${packet.address} is not in allow and has not knocked`,
    };
  }
  if (isOpen(policy, packet)) {
    return { rule: "knocking 2", words: `${port} is open: no wrong knock` };
  }
  return {
    rule: "knocking 3 to 6",
    words: `${port} is neither guarded nor open: a knock or not, it is answered as without knocking`,
  };
}

function meetBaseline(policy: Policy, baseline: Baseline, packet: ExplainedPacket): Explanation {
  const port = printPort(packet);
  const trusted = isAllowed(policy, packet);
  const excepted = [...baseline.exceptNetworks, ...policy.allow];
  const isMartian = contains(MARTIANS, packet.address);
  if (isMartian && !contains(excepted, packet.address)) {
    const words = `${networkOf(MARTIANS, packet)} is routed by no network: a martian, which neither baseline.exceptNetworks nor allow has`;
    return decided("dropped", [{ rule: "baseline 9", words }]);
  }
  const martian = isMartian
    ? [{ rule: "baseline 9", words: `private, but ${networkOf(excepted, packet)} is excepted` }]
    : [];
  if (isAmong(policy.openPorts, packet)) {
    return decided("accepted", [...martian, { rule: "baseline 10", words: `${port} is in openPorts` }]);
  }
  const restricted = baseline.openPortsFrom.filter(({ ports }) => isAmong(ports, packet));
  const from = restricted.flatMap((one) => one.from);
  if (contains(from, packet.address)) {
    const words = `${port} is open to ${networkOf(from, packet)}`;
    return decided("accepted", [...martian, { rule: "baseline 10", words }]);
  }
  const shut =
    restricted.length === 0
      ? []
      : [{ rule: "baseline 10", words: `${port} is open to others, not to ${packet.address}` }];
  if (isAmong(baseline.traps, packet) && !trusted) {
    const words = `${port} is a trap`;
    const note = `${packet.address} is on the blacklist from now, until ${printDuration(baseline.blacklistSeconds)} after its last packet.`;
    const steps = [...martian, ...shut, { rule: "baseline 11", words }];
    return { ...decided("dropped", steps), notes: [note] };
  }
  const trap = isAmong(baseline.traps, packet)
    ? [{ rule: "baseline 11", words: `${port} is a trap, but not for a source in allow` }]
    : [];
  return decided(answer(policy), [
    ...martian,
    ...shut,
    ...trap,
    { rule: "baseline 12", words: `nothing lets it in; guardedAnswer is ${policy.guardedAnswer}` },
  ]);
}

/** The only packets whose source port decides: connection tracking cannot tell that they are replies. */
function withReplies(explanation: Explanation, packet: ExplainedPacket): Explanation {
  const { protocol, port, address } = packet;
  const mayBeReply = protocol === "udp" && port === 546 && contains([LINK_LOCAL], address);
  if (!mayBeReply || explanation.fate === "accepted") {
    return explanation;
  }
  const note = "A DHCPv6 reply, which comes from source port 547, is accepted (baseline 10).";
  return { ...explanation, notes: [...explanation.notes, note] };
}

const LINK_LOCAL: Network = { family: 6, cidr: "fe80::/10" };

/** What would be otherwise after the sequence. */
function withSequence(
  explanation: Explanation,
  policy: Policy,
  guard: Service | undefined,
  packet: ExplainedPacket,
): Explanation {
  if (guard === undefined || isAllowed(policy, packet)) {
    return explanation;
  }
  const { opening } = guard;
  const owner = opening.kind === "own" ? guard.name : opening.sequenceOf;
  const sequence = policy.services.find(({ name }) => name === owner)?.opening;
  const knocks =
    sequence?.kind === "own"
      ? ` (${describeKnocks(sequence.sequence)}; at most ${printDuration(sequence.knockTimeoutSeconds)} apart)`
      : "";
  const window = printDuration(guard.accessWindowSeconds);
  const admitted =
    guard.access === "once"
      ? `its first connection within ${window}`
      : `the connections it starts within ${window}`;
  const note = `After the sequence of ${owner}${knocks} this source is admitted: ${admitted}.`;
  return { ...explanation, notes: [...explanation.notes, note] };
}

function decided(fate: Fate, steps: readonly ExplainedStep[]): Explanation {
  return { fate, steps, notes: [] };
}

function answer({ guardedAnswer }: Policy): Fate {
  return guardedAnswer === "reject" ? "refused" : "dropped";
}

function isAllowed({ allow }: Policy, { address }: ExplainedPacket): boolean {
  return contains(allow, address);
}

function isOpen(policy: Policy, packet: ExplainedPacket): boolean {
  const { openPorts, profile } = policy;
  return (
    isAmong(openPorts, packet) ||
    (profile.kind === "baseline" &&
      profile.openPortsFrom.some(
        ({ ports, from }) => isAmong(ports, packet) && contains(from, packet.address),
      ))
  );
}

function isAmong(ranges: readonly PortRange[], packet: ExplainedPacket): boolean {
  return ranges.some((range) => overlaps(range, toRange(packet)));
}

function networkOf(networks: readonly Network[], { address }: ExplainedPacket): string {
  return networks.find((network) => contains([network], address))?.cidr ?? address;
}

function printPort(packet: ExplainedPacket): string {
  return printPortRange(toRange(packet));
}

function toRange({ protocol, port }: ExplainedPacket): PortRange {
  return { protocol, from: port, to: port };
}
