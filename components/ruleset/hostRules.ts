import type { HostPolicy } from "../policy/hostPolicy";
import type { Policy } from "../policy/policy";
import { compilePolicy } from "./compilePolicy";
import { printRuleset } from "./printRuleset";

/** What one host is to do, and as its kernel reads it. */
export interface HostRules extends HostPolicy {
  /** The nftables text of its table. Secret. */
  readonly ruleset: string;
  /** The same as it travels. Secret. */
  readonly packed: string;
}

/**
 * The rules of each host, by the host's name. What hosts are to do that is the same is compiled once, and packed once.
 *
 * @param pack how a text travels
 */
export function hostRules(
  policyOf: (host: string) => HostPolicy,
  pack: (text: string) => string,
): (host: string) => HostRules {
  const known = new Map<Policy, Pick<HostRules, "ruleset" | "packed">>();
  return (host) => {
    const desired = policyOf(host);
    const { policy } = desired;
    const rules = known.get(policy) ?? compile(policy);
    known.set(policy, rules);
    return { ...desired, ...rules };
  };

  function compile(policy: Policy): Pick<HostRules, "ruleset" | "packed"> {
    const ruleset = printRuleset(compilePolicy(policy));
    return { ruleset, packed: pack(ruleset) };
  }
}
