import { printDuration } from "../policy/duration";
import type { NamedSequence } from "../policy/namedSequences";
import type { Service } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import {
  admission,
  assign,
  type Family,
  forgetStage,
  goto,
  lookUpStage,
  PORT_KEY,
  perFamily,
  revokeAdmission,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
  update,
} from "./phrases";
import type { Chain, Rule } from "./ruleset";

/** A source that makes first knocks faster than this is ignored: see `paced` below. */
const FIRST_KNOCK_PACE = "5/second burst 10 packets";

export function knockChain(families: readonly Family[]): Chain {
  return {
    name: "pk_knock",
    rules: [
      ...perFamily(families, "knock: at which stage", (family) => [lookUpStage(family)]),
      rule("knock: right, or made before", {
        kind: "lookUpVerdict",
        key: [SCRATCH, ...PORT_KEY],
        map: "pk_moves",
      }),
      rule("knock: the first of a sequence", { kind: "lookUpVerdict", key: PORT_KEY, map: "pk_firsts" }),
      ...perFamily(families, "knock: wrong, back to the start", (family) => [forgetStage(family)]),
      rule("knock: answered as without us", goto("pk_done")),
    ],
  };
}

/** Every way to a first knock is paced: dead map elements pile up until they are collected, and a source that
 * repeats "first knock, wrong knock" would make its own packets cost 10 to 120 us (kernel 6.18). */
export function firstChain(seconds: number, families: readonly Family[]): Chain {
  return {
    name: `pk_first_${seconds}s`,
    rules: [
      rule("first knock: from the root", assign(SCRATCH_EMPTY)),
      ...perFamily(families, "first knock: paced", (family) => [
        update(`pk_pace${family.version}`, { key: [family.source], rateOver: FIRST_KNOCK_PACE }),
        goto("pk_done"),
      ]),
      rule("first knock: advance", goto(`pk_advance_${seconds}s`)),
    ],
  };
}

export function advanceChain(seconds: number, families: readonly Family[]): Chain {
  return {
    name: `pk_advance_${seconds}s`,
    rules: [
      rule(
        "advance: to the next stage",
        assign({ kind: "lookUp", key: [SCRATCH, ...PORT_KEY], map: "pk_next" }),
      ),
      // `update` alone would refresh the timeout and keep the old stage.
      ...perFamily(families, "advance: leave the old stage", (family) => [forgetStage(family)]),
      ...perFamily(families, `advance: wait ${printDuration(seconds)} for the next knock`, (family) => [
        update(`pk_stage${family.version}`, {
          key: [family.source],
          timeoutSeconds: seconds,
          value: SCRATCH,
        }),
      ]),
      rule("advance: answered as without us", goto("pk_done")),
    ],
  };
}

/** What the last knock of a sequence does. */
export function completeChain({ action, service }: NamedSequence, families: readonly Family[]): Chain {
  const { name } = service;
  return {
    name: completeChainName(action, service),
    rules: [
      rule(`${name}: the ${WORDS[action]} is complete`, assign({ kind: "constant", value: serviceId(name) })),
      ...perFamily(families, `${name}: back to the start`, (family) => [forgetStage(family)]),
      ...(action === "admit" ? admitRules(service, families) : closeRules(service, families)),
      rule(`${name}: answered as without us`, goto("pk_done")),
    ],
  };
}

export function completeChainName(action: NamedSequence["action"], { name }: Service): string {
  return `pk_${action}_${name}`;
}

const WORDS = { admit: "sequence", close: "close sequence" } as const;

function admitRules({ name, accessWindowSeconds }: Service, families: readonly Family[]): readonly Rule[] {
  return perFamily(families, `${name}: admit for ${printDuration(accessWindowSeconds)}`, (family) => [
    update(`pk_admitted${family.version}`, { key: admission(family), timeoutSeconds: accessWindowSeconds }),
  ]);
}

function closeRules({ name }: Service, families: readonly Family[]): readonly Rule[] {
  return perFamily(families, `${name}: revoke`, (family) => [revokeAdmission(family)]);
}

export function doneChain(): Chain {
  return { name: "pk_done", rules: [rule("done: clear the scratch register", assign(SCRATCH_EMPTY))] };
}
