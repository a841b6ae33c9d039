import type { ByDoor } from "../policy/door";
import type { Baseline, Policy } from "../policy/policy";
import { answerRules, countPort } from "./guardChains";
import {
  accept,
  type Family,
  FOR_THIS_HOST,
  familiesOf,
  inSet,
  jump,
  match,
  PORT_KEY,
  perFamily,
  rule,
  when,
} from "./phrases";
import type { Chain, Rule, Verdict } from "./ruleset";

export function openChain(policy: Policy, baseline: Baseline, families: readonly Family[]): Chain {
  const { openPorts, guardedAnswer } = policy;
  return {
    name: "pk_open",
    rules: [
      ...openRules(openPorts, baseline, families, "open: a port", accept()),
      // Its request went to a multicast address, so connection tracking cannot tell that it is a reply.
      rule(
        "open: DHCPv6 replies",
        match(["ip6 saddr"], undefined, "fe80::/10"),
        match(["udp sport"], undefined, "547"),
        match(["udp dport"], undefined, "546"),
        accept(),
      ),
      ...when(
        baseline.traps.length > 0,
        rule("trap: blacklist", inSet(PORT_KEY, "pk_traps"), FOR_THIS_HOST, jump("pk_ban")),
      ),
      countPort("closed"),
      ...answerRules(guardedAnswer, "closed"),
    ],
  };
}

/** What happens to packets for ports that are open to their source. */
export function openRules(
  openPorts: Policy["openPorts"],
  baseline: Baseline,
  families: readonly Family[],
  where: string,
  verdict: Verdict,
): readonly Rule[] {
  const rules: ByDoor<readonly Rule[]> = {
    open: when(
      openPorts.length > 0,
      rule(`${where} open to everybody`, inSet(PORT_KEY, "pk_open_ports"), verdict),
    ),
    restricted: restrictedRules(baseline, families, where, verdict),
    guarded: [],
    trap: [],
    closed: [],
    leftAlone: [],
    tolerated: [],
  };
  return Object.values(rules).flat();
}

/** The same for ports that are open to some sources only. */
export function restrictedRules(
  { openPortsFrom }: Baseline,
  families: readonly Family[],
  where: string,
  verdict: Verdict,
): readonly Rule[] {
  const sources = openPortsFrom.flatMap(({ from }) => from);
  return perFamily(familiesOf(sources, families), `${where} open to this source`, (family) => [
    inSet([family.saddr, ...PORT_KEY], `pk_open_from${family.version}`),
    verdict,
  ]);
}
