import { namedSequences, namedTokens } from "../policy/namedSequences";
import type { Nothing, Policy, RulesPart } from "../policy/policy";
import { baselineChains, baselineFirstRules } from "./baselineChains";
import { compileSets } from "./compileSets";
import { completeChains, tokenChains } from "./completionChains";
import { establishedChains } from "./flowChains";
import { guardChains } from "./guardChains";
import { advanceChain, firstChain, knockChain } from "./knockChains";
import { logChains } from "./logChains";
import { restrictedRules } from "./openChains";
import {
  accept,
  assign,
  bothFamilies,
  type Family,
  goto,
  inSet,
  lookUpStage,
  match,
  PORT_KEY,
  perFamily,
  rule,
  SCRATCH_EMPTY,
  when,
} from "./phrases";
import { PORT_RANGES } from "./portMaps";
import type { Chain, NamedSet, Ruleset } from "./ruleset";
import { buildStages, distinctTimeouts, knockTimeouts, type Stage } from "./stages";
import { carrierChains, tokenRules } from "./tokenRules";
import { forgetChains } from "./windowChains";

/** The one table that we own on a host, family inet. */
export const TABLE = "portknock";

/**
 * Compiles a policy to the rules of `docs/semantics.md`. Pure: the same policy gives the same ruleset.
 * A field that somebody adds does not compile until it is said here whose affair it is.
 *
 * @param policy that of one host
 */
export function compilePolicy(policy: Policy): Ruleset {
  const { services, knockers, allow, openPorts, guardedAnswer, ...around }: RulesPart = policy;
  const { identity, profile, log, tokenNetworks, ...others } = around;
  others satisfies Nothing;
  const sequences = namedSequences(policy);
  const stages = buildStages(sequences);
  const families = bothFamilies(identity);
  const sets = compileSets(policy, stages, families);
  return {
    table: TABLE,
    sets,
    chains: [
      ...logChains(policy, stages),
      ...(profile.kind === "baseline" ? baselineChains(policy, profile, families) : []),
      doneChain(policy),
      ...forgetChains(policy, families),
      ...sequences.flatMap((sequence) => completeChains(sequence, policy, families)),
      ...namedTokens(policy).flatMap((token) => tokenChains(token, policy, families)),
      ...carrierChains(policy),
      ...knockTimeouts(stages).map((seconds) => advanceChain(seconds, policy, stages, families)),
      ...distinctTimeouts(firstStages(stages)).map((seconds) => firstChain(seconds, families)),
      knockChain(policy, stages, families),
      ...restrictedChain(policy, families),
      ...guardChains(policy, families),
      ...establishedChains(policy, families),
      baseChain(policy, sets, families),
    ],
  };
}

/** Above mangle Docker rewrites destinations, so `input` would never see a published port; below -200 there is
 * no conntrack. Established traffic leaves first, or sessions would stall when their access window ends. */
function baseChain(policy: Policy, sets: readonly NamedSet[], families: readonly Family[]): Chain {
  const { profile } = policy;
  const isBaseline = profile.kind === "baseline";
  return {
    name: "pk_prerouting",
    hook: { type: "filter", hook: "prerouting", priority: "mangle", policy: "accept" },
    rules: [
      rule(
        "established: goes on",
        match(["ct state"], undefined, "established,related"),
        establishedChains(policy, families).length > 0 ? goto("pk_established") : accept(),
      ),
      ...tokenRules(policy),
      ...(isBaseline ? baselineFirstRules() : []),
      rule("port: one of the policy", inSet(["th dport"], "pk_named"), {
        kind: "lookUpVerdict",
        key: PORT_KEY,
        map: "pk_ports",
      }),
      ...when(
        sets.some(({ name }) => name === PORT_RANGES),
        rule("port: in a range of the policy", {
          kind: "lookUpVerdict",
          key: PORT_KEY,
          map: PORT_RANGES,
        }),
      ),
      // One look-up in an almost empty map is what a scan's packet pays: only a source with a stage goes further.
      ...perFamily(families, "stage: the source has one", (family) => [
        lookUpStage(family),
        goto("pk_knock"),
      ]),
      ...when(isBaseline, rule("rest: nothing to knocking", goto("pk_closed"))),
    ],
  };
}

/** Where a packet goes that knocking does not let in: its normal way, which under a baseline is ours. */
function doneChain({ profile }: Policy): Chain {
  return {
    name: "pk_done",
    rules: [
      rule("done: clear the scratch register", assign(SCRATCH_EMPTY)),
      ...when(profile.kind === "baseline", rule("done: as every closed port", goto("pk_closed"))),
    ],
  };
}

/** A port that is open to some is nothing special to the others. */
function restrictedChain({ profile }: Policy, families: readonly Family[]): readonly Chain[] {
  if (profile.kind === "guard" || profile.openPortsFrom.length === 0) {
    return [];
  }
  return [
    {
      name: "pk_restricted",
      rules: [
        ...restrictedRules(profile, families, "restricted:", goto("pk_closed")),
        rule("restricted: a wrong knock", goto("pk_knock")),
      ],
    },
  ];
}

function firstStages([root]: readonly Stage[]): readonly Stage[] {
  return (root?.moves ?? []).flatMap((move) => (move.kind === "advance" ? [move.to] : []));
}
