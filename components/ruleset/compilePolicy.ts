import { namedSequences } from "../policy/namedSequences";
import type { Policy } from "../policy/policy";
import { compileSets } from "./compileSets";
import { guardChains } from "./guardChains";
import { advanceChain, completeChain, doneChain, firstChain, knockChain } from "./knockChains";
import {
  accept,
  assign,
  bothFamilies,
  type Family,
  forgetStage,
  goto,
  inSet,
  lookUpStage,
  match,
  PLAIN_SYN,
  PORT_KEY,
  perFamily,
  returns,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
} from "./phrases";
import type { Chain, Rule, Ruleset } from "./ruleset";
import { buildStages, type Stage } from "./stages";

/** The one table that we own on a host, family inet. */
export const TABLE = "portknock";

const NOT_PLAIN_SYN = match(["tcp flags & (fin | syn | rst | ack)"], "!=", "syn");
const DELIVERED_HERE = match(["fib daddr type"], undefined, "{ local, broadcast, multicast, anycast }");
const FOR_THIS_HOST = match(["fib daddr type"], undefined, "local");

/** Compiles a policy to the rules of `docs/semantics.md`. Pure: the same policy gives the same ruleset. */
export function compilePolicy(policy: Policy): Ruleset {
  const sequences = namedSequences(policy);
  const stages = buildStages(sequences);
  const families = bothFamilies(policy.identity);
  return {
    table: TABLE,
    sets: compileSets(policy, stages, families),
    chains: [
      doneChain(),
      ...sequences.map((sequence) => completeChain(sequence, families)),
      ...distinctTimeouts(stages.slice(1)).map((seconds) => advanceChain(seconds, families)),
      ...distinctTimeouts(firstStages(stages)).map((seconds) => firstChain(seconds, families)),
      resetChain(families),
      ...guardChains(policy, families),
      knockChain(families),
      namedChain(policy),
      tcpChain(families),
      udpChain(families),
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

function tcpChain(families: readonly Family[]): Chain {
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
      ...resetRules("tcp", families),
    ],
  };
}

function udpChain(families: readonly Family[]): Chain {
  return {
    name: "pk_udp",
    rules: [
      rule(
        "udp: a port of the policy",
        inSet(["udp dport"], "pk_named_udp"),
        DELIVERED_HERE,
        goto("pk_named"),
      ),
      rule("udp: nothing new", match(["ct state"], "!=", "new"), returns()),
      ...resetRules("udp", families),
    ],
  };
}

/** One look-up in an almost empty map is what a scan's packet pays: only a source with a stage goes further. */
function resetRules(protocol: string, families: readonly Family[]): readonly Rule[] {
  return perFamily(families, `${protocol}: a wrong knock`, (family) => [
    lookUpStage(family),
    goto("pk_reset"),
  ]);
}

function resetChain(families: readonly Family[]): Chain {
  return {
    name: "pk_reset",
    rules: [
      rule("reset: clear the scratch register", assign(SCRATCH_EMPTY)),
      // A knocker's forwarded or broadcast packets are not knocks.
      ...perFamily(families, "reset: back to the start", (family) => [FOR_THIS_HOST, forgetStage(family)]),
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
      // A broadcast may reach a guarded port, but it is no knock.
      rule(
        "named: a UDP knock",
        match(["meta l4proto"], undefined, "udp"),
        match(["ct state"], undefined, "new"),
        FOR_THIS_HOST,
        goto("pk_knock"),
      ),
    ],
  };
}

function firstStages([root]: readonly Stage[]): readonly Stage[] {
  return (root?.moves ?? []).flatMap((move) => (move.kind === "advance" ? [move.to] : []));
}

function distinctTimeouts(stages: readonly Stage[]): readonly number[] {
  const distinct = new Set(stages.map((stage) => stage.timeoutSeconds));
  return [...distinct].toSorted((a, b) => a - b);
}

function when(condition: boolean, ...rules: readonly Rule[]): readonly Rule[] {
  return condition ? rules : [];
}
