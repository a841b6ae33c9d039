import { knocks as knocksForm } from "../outline/forms";
import { type Door, doorAt } from "../policy/door";
import { printDuration } from "../policy/duration";
import { printMoment } from "../policy/moment";
import { namedSequences, namedTokens } from "../policy/namedSequences";
import { contains, isLoopback } from "../policy/network";
import type { Knock, Nothing, Policy, RulesPart, Service } from "../policy/policy";
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
import { meetBaseline } from "./meetBaseline";

/**
 * What a policy does with a packet, by the numbers of `docs/semantics.md`. It never says which port is a knock.
 * A field that somebody adds does not compile until it is explained, or is said to be none of it.
 */
export function explainPacket(policy: Policy, packet: ExplainedPacket): Explanation {
  const { services, knockers, allow, openPorts, guardedAnswer, ...around }: RulesPart = policy;
  const { identity, profile, log, tokenNetworks, ...others } = around;
  others satisfies Nothing;
  if (isLoopback(packet.address)) {
    return decided("accepted", [
      { rule: profile.kind === "guard" ? "loopback" : STEPS.loopback, words: "loopback is let through" },
    ]);
  }
  const door = doorAt(policy, packet);
  const guard = door.kind === "guarded" ? door.by : undefined;
  const knocking = meetKnocking(policy, packet, door);
  if (profile.kind === "guard") {
    const fate =
      guard === undefined ? "left alone" : isAllowed(policy, packet) ? "left alone" : answer(policy);
    return withSequence(decided(fate, [knocking]), policy, guard, packet);
  }
  if (guard !== undefined && isAllowed(policy, packet)) {
    return decided("accepted", [knocking]);
  }
  const met = meetBaseline(policy, profile, packet, door);
  return withSequence({ ...met, steps: [knocking, ...met.steps] }, policy, guard, packet);
}

function meetKnocking(policy: Policy, packet: ExplainedPacket, door: Door<Knock>): ExplainedStep {
  const port = printPort(packet);
  if (door.kind === "guarded") {
    return {
      rule: STEPS.guardedPort,
      words: isAllowed(policy, packet)
        ? `${port} is guarded by ${door.by.name}, and ${networkOf(policy.allow, packet)} of allow need not knock`
        : `${port} is guarded by ${door.by.name}; ${packet.address} is not in allow and has not knocked`,
    };
  }
  if (isOpen(door, packet)) {
    return { rule: STEPS.openPort, words: `${port} is open: no wrong knock` };
  }
  return {
    rule: STEPS.noOpenPort,
    words: `${port} is neither guarded nor open: a knock or not, it is answered as without knocking`,
  };
}

/** What would be otherwise after the sequence. A field of a service that somebody adds does not compile until it stands here. */
function withSequence(
  explanation: Explanation,
  policy: Policy,
  guard: Service | undefined,
  packet: ExplainedPacket,
): Explanation {
  if (guard === undefined || isAllowed(policy, packet)) {
    return explanation;
  }
  const { name: service, ports, opening, access, accessWindowSeconds, flowTimeoutSeconds, ...others } = guard;
  others satisfies Nothing;
  const window = printDuration(accessWindowSeconds);
  const admitted =
    access === "once"
      ? `its first connection within ${window}`
      : `the connections it starts within ${window}`;
  const notes = openersOf(policy, guard).map(
    ({ what, ending }) => `After ${what} this source is admitted: ${admitted}${ending}.`,
  );
  const flows =
    packet.protocol === "udp" && flowTimeoutSeconds > 0
      ? [`A UDP flow of it goes on until it was silent for ${printDuration(flowTimeoutSeconds)}.`]
      : [];
  return { ...explanation, notes: [...explanation.notes, ...notes, ...flows] };
}

/** What opens a service, its own sequence or a shared one first. */
interface ExplainedOpener {
  readonly what: string;
  /** Behind what they admit to. */
  readonly ending: string;
}

function openersOf(policy: Policy, service: Service): readonly ExplainedOpener[] {
  return [...explainedSequences(policy, service), ...explainedTokens(policy, service)];
}

function explainedTokens(policy: Policy, service: Service): readonly ExplainedOpener[] {
  return namedTokens(policy)
    .filter(({ services }) => services.some(({ name }) => name === service.name))
    .map(({ opener, until }) => ({
      what: `a packet of ${opener.name} that works once`,
      ending: endingWords(until),
    }));
}

function endingWords(until: number): string {
  return until === 0 ? "" : `, until ${printMoment(until)}`;
}

function explainedSequences(policy: Policy, service: Service): readonly ExplainedOpener[] {
  return namedSequences(policy).flatMap((sequence): readonly ExplainedOpener[] => {
    if (sequence.action !== "admit" || !sequence.services.some(({ name }) => name === service.name)) {
      return [];
    }
    const { opener, until, knocks, knockTimeoutSeconds } = sequence;
    const protocols = knocks.map(({ protocol }) => protocol);
    return [
      {
        what: `the sequence of ${opener.name} (${knocksForm.print(protocols).join("")}; at most ${printDuration(knockTimeoutSeconds)} apart)`,
        ending: endingWords(until),
      },
    ];
  });
}

/** Whether a connection to it is no wrong knock. */
function isOpen(door: Door<Knock>, { address }: ExplainedPacket): boolean {
  switch (door.kind) {
    case "open":
    case "tolerated":
      return true;
    case "restricted":
      return contains(door.from, address);
    case "guarded":
    case "trap":
    case "closed":
    case "leftAlone":
      return false;
    default:
      return unreachable(door);
  }
}
