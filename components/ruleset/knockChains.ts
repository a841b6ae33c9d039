import { printDuration } from "../policy/duration";
import type { Service } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import {
  assign,
  forgetStage,
  goto,
  lookUpStage,
  PORT_KEY,
  perFamily,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
  update,
} from "./phrases";
import type { Chain } from "./ruleset";

/** A source that makes first knocks faster than this is ignored: see `paced` below. */
const FIRST_KNOCK_PACE = "5/second burst 10 packets";

export function knockChain(): Chain {
  return {
    name: "pk_knock",
    rules: [
      ...perFamily("knock: at which stage", (family) => [lookUpStage(family)]),
      rule("knock: right, or made before", {
        kind: "lookUpVerdict",
        key: [SCRATCH, ...PORT_KEY],
        map: "pk_moves",
      }),
      rule("knock: the first of a sequence", { kind: "lookUpVerdict", key: PORT_KEY, map: "pk_firsts" }),
      ...perFamily("knock: wrong, back to the start", (family) => [forgetStage(family)]),
      rule("knock: answered as without us", goto("pk_done")),
    ],
  };
}

/** Every way to a first knock is paced: dead map elements pile up until they are collected, and a source that
 * repeats "first knock, wrong knock" would make its own packets cost 10 to 120 us (kernel 6.18). */
export function firstChain(seconds: number): Chain {
  return {
    name: `pk_first_${seconds}s`,
    rules: [
      rule("first knock: from the root", assign(SCRATCH_EMPTY)),
      ...perFamily("first knock: paced", (family) => [
        update(`pk_pace${family.version}`, { key: [family.saddr], rateOver: FIRST_KNOCK_PACE }),
        goto("pk_done"),
      ]),
      rule("first knock: advance", goto(`pk_advance_${seconds}s`)),
    ],
  };
}

export function advanceChain(seconds: number): Chain {
  return {
    name: `pk_advance_${seconds}s`,
    rules: [
      rule(
        "advance: to the next stage",
        assign({ kind: "lookUp", key: [SCRATCH, ...PORT_KEY], map: "pk_next" }),
      ),
      // `update` alone would refresh the timeout and keep the old stage.
      ...perFamily("advance: leave the old stage", (family) => [forgetStage(family)]),
      ...perFamily(`advance: wait ${printDuration(seconds)} for the next knock`, (family) => [
        update(`pk_stage${family.version}`, {
          key: [family.saddr],
          timeoutSeconds: seconds,
          value: SCRATCH,
        }),
      ]),
      rule("advance: answered as without us", goto("pk_done")),
    ],
  };
}

export function admitChain({ name, accessWindowSeconds }: Service): Chain {
  return {
    name: `pk_admit_${name}`,
    rules: [
      rule(`${name}: the sequence is complete`, assign({ kind: "constant", value: serviceId(name) })),
      ...perFamily(`${name}: back to the start`, (family) => [forgetStage(family)]),
      ...perFamily(`${name}: admit for ${printDuration(accessWindowSeconds)}`, (family) => [
        update(`pk_admitted${family.version}`, {
          key: [family.saddr, SCRATCH],
          timeoutSeconds: accessWindowSeconds,
        }),
      ]),
      rule(`${name}: answered as without us`, goto("pk_done")),
    ],
  };
}

export function doneChain(): Chain {
  return { name: "pk_done", rules: [rule("done: clear the scratch register", assign(SCRATCH_EMPTY))] };
}
