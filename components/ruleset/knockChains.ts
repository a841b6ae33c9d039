import { printDuration } from "../policy/duration";
import { type NamedSequence, ownerName } from "../policy/namedSequences";
import type { Nothing, Policy, Service } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import { unreachable } from "../policy/unreachable";
import { logByStage, logCompletion } from "./logChains";
import {
  add,
  admission,
  assign,
  type Family,
  FROM_LOOPBACK,
  forgetFlows,
  forgetStage,
  goto,
  inSet,
  jump,
  lookUpStage,
  match,
  NOT_FOR_THIS_HOST,
  NOT_PLAIN_SYN,
  PORT_KEY,
  perFamily,
  revokeAdmission,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
  unban,
  update,
  when,
} from "./phrases";
import type { Chain, Rule, Statement } from "./ruleset";
import { knockTimeouts, type Stage } from "./stages";
import { forgetWindowsRules, windowRules } from "./windowChains";

/** Beyond it first knocks are ignored: see `firstChain` below. A source that makes none for ten seconds begins afresh. */
const FIRST_KNOCK_PACE = "12/minute burst 10 packets";

/** A packet to a first knock's port, or any packet of a source that has a stage. */
export function knockChain(
  { profile }: Policy,
  stages: readonly Stage[],
  families: readonly Family[],
): Chain {
  const timeoutsDiffer = knockTimeouts(stages).length > 1;
  const move: Statement = { kind: "lookUpVerdict", key: [SCRATCH, ...PORT_KEY], map: "pk_moves" };
  return {
    name: "pk_knock",
    rules: [
      // A knocker is asked for its hardware address and pinged; GRE and others have no ports.
      rule(
        "knock: neither TCP nor UDP is none",
        match(["meta l4proto"], "!=", "{ tcp, udp }"),
        goto("pk_done"),
      ),
      rule("knock: TCP that begins nothing is none", NOT_PLAIN_SYN, goto("pk_done")),
      rule(
        "knock: UDP that begins nothing is none",
        match(["meta l4proto"], undefined, "udp"),
        match(["ct state"], undefined, "invalid"),
        goto("pk_done"),
      ),
      // A baseline has accepted loopback; otherwise a scan's packet need not pay for that question.
      ...when(profile.kind === "guard", rule("knock: loopback is none", FROM_LOOPBACK, goto("pk_done"))),
      // A knocker's forwarded or broadcast packets are not knocks.
      rule("knock: not for this host", NOT_FOR_THIS_HOST, goto("pk_done")),
      rule("knock: from the root", assign(SCRATCH_EMPTY)),
      ...perFamily(families, "knock: or from its stage", (family) => [
        ...(timeoutsDiffer ? [inSet([family.source], `pk_waiting${family.version}`)] : []),
        lookUpStage(family),
      ]),
      rule("knock: right, or made before", move),
      rule("knock: from the root all the same", assign(SCRATCH_EMPTY)),
      rule("knock: the first of a sequence", move),
      ...perFamily(families, "knock: wrong, back to the start", (family) => [forgetStage(family)]),
      rule("knock: answered as without us", goto("pk_done")),
    ],
  };
}

/**
 * Every way to a first knock is paced: deleted elements stay in their bucket until they are collected, about a second
 * later (kernel 6.18). A source that repeats "first knock, wrong knock" would make each of its own packets cost 10 to
 * 120 us, and a scan that trips over first knocks would pay for its own remains.
 */
export function firstChain(seconds: number, families: readonly Family[]): Chain {
  return {
    name: `pk_first_${seconds}s`,
    rules: [
      ...perFamily(families, "first knock: paced", (family) => [
        update(`pk_pace${family.version}`, { key: [family.source], rateOver: FIRST_KNOCK_PACE }),
        goto("pk_done"),
      ]),
      rule("first knock: advance", goto(`pk_advance_${seconds}s`)),
    ],
  };
}

/**
 * Who waits for the next knock stands in `pk_stage`, whose elements last for the longest knock timeout of all: nft 0.9.8,
 * and some builds of 1.0.2, drop the timeout of an update of a map without a word. Where timeouts differ, a set, whose
 * updates keep theirs, says how long each source may wait.
 */
export function advanceChain(
  seconds: number,
  { log }: Policy,
  stages: readonly Stage[],
  families: readonly Family[],
): Chain {
  const entered = stages.filter(({ timeoutSeconds, path }) => path.length > 0 && timeoutSeconds === seconds);
  return {
    name: `pk_advance_${seconds}s`,
    rules: [
      rule(
        "advance: to the next stage",
        assign({ kind: "lookUp", key: [SCRATCH, ...PORT_KEY], map: "pk_next" }),
      ),
      // `update` alone would refresh the timeout and keep the old stage.
      ...perFamily(families, "advance: leave the old stage", (family) => [forgetStage(family)]),
      ...perFamily(families, "advance: wait for the next knock", (family) => [
        update(`pk_stage${family.version}`, { key: [family.source], value: SCRATCH }),
      ]),
      ...when(
        knockTimeouts(stages).length > 1,
        ...perFamily(families, `advance: for ${printDuration(seconds)}`, (family) => [
          update(`pk_waiting${family.version}`, { key: [family.source], timeoutSeconds: seconds }),
        ]),
      ),
      ...(log.stages ? [logByStage("advance: log", entered)] : []),
      rule("advance: answered as without us", goto("pk_done")),
    ],
  };
}

/** What the last knock of a sequence does. */
export function completeChains(
  sequence: NamedSequence,
  policy: Policy,
  families: readonly Family[],
): readonly Chain[] {
  const name = ownerName(sequence);
  const chain: Chain = {
    name: completeChainName(sequence),
    rules: perFamily(families, `${name}: complete, back to the start`, (family) => [forgetStage(family)]),
  };
  const done = [
    ...(policy.log.stages ? [logCompletion(policy.log, sequence)] : []),
    rule(`${name}: answered as without us`, goto("pk_done")),
  ];
  if (sequence.action === "admit" && sequence.until > 0) {
    return endingChains(chain, sequence, policy, families, done);
  }
  return [{ ...chain, rules: [...chain.rules, ...completionRules(sequence, policy, families), ...done] }];
}

/**
 * The kernel cannot subtract times. So the last windows before the end are as long as the longest of these that ends in
 * time: the whole window, a quarter of it, a sixteenth, and so on. Nobody's window outlasts his access.
 */
function endingChains(
  chain: Chain,
  sequence: Admitting,
  policy: Policy,
  families: readonly Family[],
  done: readonly Rule[],
): readonly Chain[] {
  const name = ownerName(sequence);
  const longest = Math.max(...sequence.services.map(({ accessWindowSeconds }) => accessWindowSeconds));
  const lengths = shares(longest);
  const chainFor = (seconds: number): string => `${chain.name}_${seconds}s`;
  return [
    ...lengths.map((seconds) => ({
      name: chainFor(seconds),
      rules: [...admittedRules(sequence, policy, families, seconds), ...done],
    })),
    {
      ...chain,
      rules: [
        ...chain.rules,
        ...lengths.map((seconds) =>
          rule(
            `${name}: does not end within ${printDuration(seconds)}`,
            match(["meta time"], "<", `${sequence.until - seconds}`),
            goto(chainFor(seconds)),
          ),
        ),
        rule(`${name}: has ended`, goto("pk_done")),
      ],
    },
  ];
}

/** Down to a second, the longest first. */
function shares(seconds: number): readonly number[] {
  return seconds <= 1 ? [1] : [seconds, ...shares(Math.floor(seconds / 4))];
}

type Admitting = NamedSequence & { readonly action: "admit" };

export function completeChainName(sequence: NamedSequence): string {
  return sequence.action === "unban" ? "pk_unban" : `pk_${sequence.action}_${sequence.opener.name}`;
}

function completionRules(
  sequence: NamedSequence,
  policy: Policy,
  families: readonly Family[],
): readonly Rule[] {
  switch (sequence.action) {
    case "admit":
      return admittedRules(sequence, policy, families);
    case "close":
      return sequence.services.flatMap((service) => closeRules(service, policy, families));
    case "unban":
      return unbanRules("unban", families);
    default:
      return unreachable(sequence);
  }
}

function closeRules(
  { name, flowTimeoutSeconds }: Service,
  policy: Policy,
  families: readonly Family[],
): readonly Rule[] {
  return [
    whichService(name),
    ...perFamily(families, `${name}: revoke`, (family) => [revokeAdmission(family)]),
    ...when(
      flowTimeoutSeconds > 0,
      ...perFamily(families, `${name}: forget its flows`, (family) => [forgetFlows(family)]),
    ),
    ...forgetWindowsRules(name, policy),
  ];
}

function admittedRules(
  sequence: Admitting,
  policy: Policy,
  families: readonly Family[],
  longestSeconds = Number.POSITIVE_INFINITY,
): readonly Rule[] {
  const name = ownerName(sequence);
  return [
    ...sequence.services.flatMap((service) => [
      ...admitRules(service, families, longestSeconds),
      ...windowRules(sequence, service, policy, families, longestSeconds),
    ]),
    ...when(policy.profile.kind === "baseline", rule(`${name}: trust`, jump("pk_trust"))),
    ...(sequence.unbans ? unbanRules(name, families) : []),
  ];
}

/** A field of a service that somebody adds does not compile until it is said here whose affair it is. */
function admitRules(service: Service, families: readonly Family[], longestSeconds: number): readonly Rule[] {
  const { name, accessWindowSeconds, ports, opening, access, flowTimeoutSeconds, ...others } = service;
  others satisfies Nothing;
  const { seconds, write } = windowOf(service, longestSeconds);
  return [
    whichService(name),
    ...perFamily(families, `${name}: admit for ${printDuration(seconds)}`, (family) => [
      write(`pk_admitted${family.version}`, { key: admission(family), timeoutSeconds: seconds }),
    ]),
  ];
}

/** A window that is cut short must not end a longer one that somebody opened behind the same address. */
function windowOf({ accessWindowSeconds }: Service, longestSeconds: number) {
  return accessWindowSeconds <= longestSeconds
    ? { seconds: accessWindowSeconds, write: update }
    : { seconds: longestSeconds, write: add };
}

function whichService(name: string): Rule {
  return rule(`${name}: which service`, assign({ kind: "constant", value: serviceId(name) }));
}

function unbanRules(name: string, families: readonly Family[]): readonly Rule[] {
  return perFamily(families, `${name}: off the blacklist`, (family) => [unban(family)]);
}
