import { printDuration } from "../policy/duration";
import type { Policy } from "../policy/policy";
import { logByStage } from "./logChains";
import {
  assign,
  type Family,
  FROM_LOOPBACK,
  forgetStage,
  goto,
  inSet,
  lookUpStage,
  match,
  NOT_FOR_THIS_HOST,
  NOT_PLAIN_SYN,
  PORT_KEY,
  perFamily,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
  update,
  when,
} from "./phrases";
import type { Chain, Statement } from "./ruleset";
import { knockTimeouts, type Stage } from "./stages";

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
