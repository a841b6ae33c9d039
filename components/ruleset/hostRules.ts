import type { HostPolicy } from "../policy/hostPolicy";
import type { Policy } from "../policy/policy";
import { compilePolicy } from "./compilePolicy";
import { printRuleset } from "./printRuleset";

/** What one host is to do, and as its kernel reads it. */
export interface HostRules extends HostPolicy {
  /** The nftables text of its table. Secret. */
  readonly ruleset: string;
}

/** The rules of each host, by the host's name. Hosts that are to do the same are compiled once. */
export function hostRules(policyOf: (host: string) => HostPolicy): (host: string) => HostRules {
  const printed = new Map<Policy, string>();
  return (host) => {
    const desired = policyOf(host);
    const { policy } = desired;
    const ruleset = printed.get(policy) ?? printRuleset(compilePolicy(policy));
    printed.set(policy, ruleset);
    return { ...desired, ruleset };
  };
}
