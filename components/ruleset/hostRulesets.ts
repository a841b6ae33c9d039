import type { HostPolicy } from "../policy/hostPolicy";
import type { Policy } from "../policy/policy";
import { compilePolicy } from "./compilePolicy";
import { printRuleset } from "./printRuleset";

/** The nftables text of each host's table, by the host's name. Hosts that are to do the same are compiled once. */
export function hostRulesets(policyOf: (host: string) => HostPolicy): (host: string) => string {
  const printed = new Map<Policy, string>();
  return (host) => {
    const { policy } = policyOf(host);
    const text = printed.get(policy) ?? printRuleset(compilePolicy(policy));
    printed.set(policy, text);
    return text;
  };
}
