import { printDuration } from "../policy/duration";
import type { Policy, Service } from "../policy/policy";
import { serviceId } from "../policy/serviceId";
import { compileSets } from "./compileSets";
import {
  accept,
  assign,
  BOTH_FAMILIES,
  type Family,
  forget,
  goto,
  inSet,
  match,
  PORT_KEY,
  reject,
  returns,
  SCRATCH,
  SCRATCH_EMPTY,
  update,
} from "./phrases";
import type { Chain, Rule, Ruleset, Statement } from "./ruleset";
import { buildStages, type Stage } from "./stages";

/** The one table that we own on a host, family inet. */
export const TABLE = "portknock";

/** A source that makes first knocks faster than this is ignored: see `paced` below. */
const FIRST_KNOCK_PACE = "5/second burst 10 packets";

const PLAIN_SYN = match(["tcp flags & (fin | syn | rst | ack)"], "==", "syn");
const NOT_PLAIN_SYN = match(["tcp flags & (fin | syn | rst | ack)"], "!=", "syn");
const FOR_THIS_HOST = match(["fib daddr type"], undefined, "local");

/** Compiles a policy to the rules of `docs/semantics.md`. Pure: the same policy gives the same ruleset. */
export function compilePolicy(policy: Policy): Ruleset {
  const stages = buildStages(policy.services);
  return {
    table: TABLE,
    sets: compileSets(policy, stages),
    chains: [
      doneChain(),
      ...policy.services.map(admitChain),
      ...timeouts(stages).flatMap((seconds) => [advanceChain(seconds), firstChain(seconds)]),
      resetChain(),
      guardChain(policy),
      knockChain(),
      namedChain(policy),
      tcpChain(),
      udpChain(),
      baseChain(),
    ],
  };
}

/** Above mangle Docker rewrites destinations, so `input` would never see a published port; below -200 there is
 * no conntrack. Established traffic leaves first, or sessions would stall when their access window ends. */
function baseChain(): Chain {
  return {
    name: "pk_prerouting",
    hook: { type: "filter", hook: "prerouting", priority: "mangle", policy: "accept" },
    rules: [
      rule("established: goes on", match(["ct state"], undefined, "established,related"), accept()),
      rule("loopback: goes on", match(["iif"], undefined, "lo"), accept()),
      rule("knock or scan: by protocol", {
        kind: "dispatch",
        key: ["meta l4proto"],
        cases: [
          { when: "tcp", verdict: goto("pk_tcp") },
          { when: "udp", verdict: goto("pk_udp") },
        ],
      }),
    ],
  };
}

function tcpChain(): Chain {
  return {
    name: "pk_tcp",
    rules: [
      rule(
        "tcp: a port of the policy",
        inSet(["tcp dport"], "pk_named_tcp"),
        FOR_THIS_HOST,
        goto("pk_named"),
      ),
      rule("tcp: nothing new", NOT_PLAIN_SYN, returns()),
      ...resetRules("tcp"),
    ],
  };
}

function udpChain(): Chain {
  return {
    name: "pk_udp",
    rules: [
      rule(
        "udp: a port of the policy",
        inSet(["udp dport"], "pk_named_udp"),
        FOR_THIS_HOST,
        goto("pk_named"),
      ),
      rule("udp: nothing new", match(["ct state"], "!=", "new"), returns()),
      ...resetRules("udp"),
    ],
  };
}

/** One look-up in an almost empty map is what a scan's packet pays: only a source with a stage goes further. */
function resetRules(protocol: string): readonly Rule[] {
  return BOTH_FAMILIES.map((family) =>
    rule(`${protocol}: a wrong knock`, lookUpStage(family), goto("pk_reset")),
  );
}

function resetChain(): Chain {
  return {
    name: "pk_reset",
    rules: [
      rule("reset: clear the scratch register", assign(SCRATCH_EMPTY)),
      // A knocker's forwarded or broadcast packets are not knocks.
      ...BOTH_FAMILIES.map((family) => rule("reset: back to the start", FOR_THIS_HOST, forgetStage(family))),
    ],
  };
}

function namedChain({ openPorts }: Policy): Chain {
  return {
    name: "pk_named",
    rules: [
      rule("named: clear the scratch register", assign(SCRATCH_EMPTY)),
      rule("named: which service", assign({ kind: "lookUp", key: PORT_KEY, map: "pk_guarded" })),
      rule("named: guarded", match([SCRATCH], "!=", SCRATCH_EMPTY.value), goto("pk_guard")),
      ...when(openPorts.length > 0, rule("named: served", inSet(PORT_KEY, "pk_open"), returns())),
      rule("named: a TCP knock", PLAIN_SYN, goto("pk_knock")),
      rule(
        "named: a UDP knock",
        match(["meta l4proto"], undefined, "udp"),
        match(["ct state"], undefined, "new"),
        goto("pk_knock"),
      ),
    ],
  };
}

/** Not only SYNs are refused: a bare ACK, FIN, NULL or XMAS is `new` or `invalid` as the kernel pleases. */
function guardChain({ allow }: Policy): Chain {
  return {
    name: "pk_guard",
    rules: [
      ...BOTH_FAMILIES.filter((family) => allow.some((network) => network.family === family.version)).map(
        (family) =>
          rule("guard: always allowed", inSet([family.saddr], `pk_allow${family.version}`), goto("pk_done")),
      ),
      ...BOTH_FAMILIES.map((family) =>
        rule(
          "guard: admitted",
          inSet([family.saddr, SCRATCH], `pk_admitted${family.version}`),
          goto("pk_done"),
        ),
      ),
      rule("guard: clear the scratch register", assign(SCRATCH_EMPTY)),
      rule(
        "guard: answer as a closed TCP port",
        match(["meta l4proto"], undefined, "tcp"),
        reject("tcp reset"),
      ),
      rule("guard: answer as a closed UDP port", reject("icmpx type port-unreachable")),
    ],
  };
}

function knockChain(): Chain {
  return {
    name: "pk_knock",
    rules: [
      ...BOTH_FAMILIES.map((family) => rule("knock: at which stage", lookUpStage(family))),
      rule("knock: right, or made before", {
        kind: "lookUpVerdict",
        key: [SCRATCH, ...PORT_KEY],
        map: "pk_moves",
      }),
      rule("knock: the first of a sequence", { kind: "lookUpVerdict", key: PORT_KEY, map: "pk_firsts" }),
      ...BOTH_FAMILIES.map((family) => rule("knock: wrong, back to the start", forgetStage(family))),
      rule("knock: answered as without us", goto("pk_done")),
    ],
  };
}

/** Every way to a first knock is paced: dead map elements pile up until they are collected, and a source that
 * repeats "first knock, wrong knock" would make its own packets cost 10 to 120 us (kernel 6.18). */
function firstChain(seconds: number): Chain {
  return {
    name: `pk_first_${seconds}s`,
    rules: [
      rule("first knock: from the root", assign(SCRATCH_EMPTY)),
      ...BOTH_FAMILIES.map((family) =>
        rule(
          "first knock: paced",
          update(`pk_pace${family.version}`, { key: [family.saddr], rateOver: FIRST_KNOCK_PACE }),
          goto("pk_done"),
        ),
      ),
      rule("first knock: advance", goto(`pk_advance_${seconds}s`)),
    ],
  };
}

function advanceChain(seconds: number): Chain {
  return {
    name: `pk_advance_${seconds}s`,
    rules: [
      rule(
        "advance: to the next stage",
        assign({ kind: "lookUp", key: [SCRATCH, ...PORT_KEY], map: "pk_next" }),
      ),
      // `update` alone would refresh the timeout and keep the old stage.
      ...BOTH_FAMILIES.map((family) => rule("advance: leave the old stage", forgetStage(family))),
      ...BOTH_FAMILIES.map((family) =>
        rule(
          `advance: wait ${printDuration(seconds)} for the next knock`,
          update(`pk_stage${family.version}`, {
            key: [family.saddr],
            timeoutSeconds: seconds,
            value: SCRATCH,
          }),
        ),
      ),
      rule("advance: answered as without us", goto("pk_done")),
    ],
  };
}

function admitChain({ name, accessWindowSeconds }: Service): Chain {
  return {
    name: `pk_admit_${name}`,
    rules: [
      rule(`${name}: the sequence is complete`, assign({ kind: "constant", value: serviceId(name) })),
      ...BOTH_FAMILIES.map((family) => rule(`${name}: back to the start`, forgetStage(family))),
      ...BOTH_FAMILIES.map((family) =>
        rule(
          `${name}: admit for ${printDuration(accessWindowSeconds)}`,
          update(`pk_admitted${family.version}`, {
            key: [family.saddr, SCRATCH],
            timeoutSeconds: accessWindowSeconds,
          }),
        ),
      ),
      rule(`${name}: answered as without us`, goto("pk_done")),
    ],
  };
}

function doneChain(): Chain {
  return { name: "pk_done", rules: [rule("done: clear the scratch register", assign(SCRATCH_EMPTY))] };
}

function lookUpStage(family: Family): Statement {
  return assign({ kind: "lookUp", key: [family.saddr], map: `pk_stage${family.version}` });
}

function forgetStage(family: Family): Statement {
  return forget(`pk_stage${family.version}`, [family.saddr]);
}

function timeouts(stages: readonly Stage[]): readonly number[] {
  const distinct = new Set(stages.slice(1).map((stage) => stage.timeoutSeconds));
  return [...distinct].toSorted((a, b) => a - b);
}

function rule(comment: string, ...statements: readonly Statement[]): Rule {
  return { comment, statements };
}

function when(condition: boolean, ...rules: readonly Rule[]): readonly Rule[] {
  return condition ? rules : [];
}
