import type { Door } from "../policy/door";
import { printDuration } from "../policy/duration";
import { exceptedNetworks, MARTIANS, martianness } from "../policy/martians";
import { contains } from "../policy/network";
import type { Baseline, Knock, Network, Nothing, Policy } from "../policy/policy";
import { unreachable } from "../policy/unreachable";
import {
  answer,
  decided,
  type ExplainedPacket,
  type ExplainedStep,
  type Explanation,
  isAllowed,
  networkOf,
  printPort,
  STEPS,
} from "./explanation";

/**
 * What the rest of the host's firewall does with a packet that knocking did not let in.
 * A field that somebody adds does not compile until it is explained, or is said to be none of it.
 */
export function meetBaseline(
  policy: Policy,
  baseline: Baseline,
  packet: ExplainedPacket,
  door: Door<Knock>,
): Explanation {
  const { blacklistSeconds, openPortsFrom, traps, exceptNetworks, ...unasked } = baseline;
  const { ping, synsPerSecond, forward, unbanSequence, unbanKnockTimeoutSeconds, ...others } = unasked;
  others satisfies Nothing;
  const source = martianness(policy, packet.address);
  if (source === "dropped") {
    const words = `${networkOf(MARTIANS, packet)} is routed by no network: a martian, which neither baseline.exceptNetworks nor allow has`;
    return decided("dropped", [{ rule: STEPS.martians, words }]);
  }
  const met = withReplies(meetDoor(policy, baseline, packet, door), packet);
  if (source === "routed") {
    return met;
  }
  const words = `private, but ${networkOf(exceptedNetworks(policy), packet)} is excepted`;
  return { ...met, steps: [{ rule: STEPS.martians, words }, ...met.steps] };
}

function meetDoor(
  policy: Policy,
  { blacklistSeconds }: Baseline,
  packet: ExplainedPacket,
  door: Door<Knock>,
): Explanation {
  const port = printPort(packet);
  switch (door.kind) {
    case "open":
      return decided("accepted", [{ rule: STEPS.openPorts, words: `${port} is in openPorts` }]);
    case "restricted":
      return contains(door.from, packet.address)
        ? decided("accepted", [
            { rule: STEPS.openPorts, words: `${port} is open to ${networkOf(door.from, packet)}` },
          ])
        : notLetIn(policy, [
            { rule: STEPS.openPorts, words: `${port} is open to others, not to ${packet.address}` },
          ]);
    case "trap": {
      if (isAllowed(policy, packet)) {
        const words = `${port} is a trap, but not for a source in allow`;
        return notLetIn(policy, [{ rule: STEPS.traps, words }]);
      }
      const note = `${packet.address} is on the blacklist from now, until ${printDuration(blacklistSeconds)} after its last packet.`;
      const steps = [{ rule: STEPS.traps, words: `${port} is a trap` }];
      return { ...decided("dropped", steps), notes: [note] };
    }
    case "guarded":
    case "closed":
    case "leftAlone":
    case "tolerated":
      return notLetIn(policy, []);
    default:
      return unreachable(door);
  }
}

function notLetIn(policy: Policy, steps: readonly ExplainedStep[]): Explanation {
  const words = `nothing lets it in; guardedAnswer is ${policy.guardedAnswer}`;
  return decided(answer(policy), [...steps, { rule: STEPS.everythingElse, words }]);
}

/** The only packets whose source port decides: connection tracking cannot tell that they are replies. */
function withReplies(explanation: Explanation, packet: ExplainedPacket): Explanation {
  const { protocol, port, address } = packet;
  const mayBeReply = protocol === "udp" && port === 546 && contains([LINK_LOCAL], address);
  if (!mayBeReply || explanation.fate === "accepted") {
    return explanation;
  }
  const note = `A DHCPv6 reply, which comes from source port 547, is accepted (${STEPS.openPorts}).`;
  return { ...explanation, notes: [...explanation.notes, note] };
}

const LINK_LOCAL: Network = { family: 6, cidr: "fe80::/10" };
