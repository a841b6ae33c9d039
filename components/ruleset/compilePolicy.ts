import type { Policy } from "../policy/policy";
import { compileSets } from "./compileSets";
import { admitChain, advanceChain, doneChain, firstChain, knockChain } from "./knockChains";
import {
  accept,
  assign,
  BOTH_FAMILIES,
  forgetStage,
  goto,
  inSet,
  lookUpStage,
  match,
  PORT_KEY,
  perFamily,
  reject,
  returns,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
} from "./phrases";
import type { Chain, Rule, Ruleset } from "./ruleset";
import { buildStages, type Stage } from "./stages";

/** The one table that we own on a host, family inet. */
export const TABLE = "portknock";

const PLAIN_SYN = match(["tcp flags & (fin | syn | rst | ack)"], "==", "syn");
const NOT_PLAIN_SYN = match(["tcp flags & (fin | syn | rst | ack)"], "!=", "syn");
const DELIVERED_HERE = match(["fib daddr type"], undefined, "{ local, broadcast, multicast, anycast }");
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
      ...distinctTimeouts(stages.slice(1)).map(advanceChain),
      ...distinctTimeouts(firstStages(stages)).map(firstChain),
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
        DELIVERED_HERE,
        goto("pk_named"),
      ),
      rule("udp: nothing new", match(["ct state"], "!=", "new"), returns()),
      ...resetRules("udp"),
    ],
  };
}

/** One look-up in an almost empty map is what a scan's packet pays: only a source with a stage goes further. */
function resetRules(protocol: string): readonly Rule[] {
  return perFamily(`${protocol}: a wrong knock`, (family) => [lookUpStage(family), goto("pk_reset")]);
}

function resetChain(): Chain {
  return {
    name: "pk_reset",
    rules: [
      rule("reset: clear the scratch register", assign(SCRATCH_EMPTY)),
      // A knocker's forwarded or broadcast packets are not knocks.
      ...perFamily("reset: back to the start", (family) => [FOR_THIS_HOST, forgetStage(family)]),
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

/** Not only SYNs are refused: a bare ACK, FIN, NULL or XMAS is `new` or `invalid` as the kernel pleases. */
function guardChain({ allow }: Policy): Chain {
  return {
    name: "pk_guard",
    rules: [
      ...perFamily(
        "guard: always allowed",
        (family) => [inSet([family.saddr], `pk_allow${family.version}`), goto("pk_done")],
        BOTH_FAMILIES.filter(({ version }) => allow.some((network) => network.family === version)),
      ),
      ...perFamily("guard: admitted", (family) => [
        inSet([family.saddr, SCRATCH], `pk_admitted${family.version}`),
        goto("pk_done"),
      ]),
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
