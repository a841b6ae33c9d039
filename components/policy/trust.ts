import type { Policy } from "./policy";

/**
 * How long whoever completed a sequence is trusted: for the longest window of all, so that a short one never ends
 * the trust that came with a long one. Rules and host script must agree on it.
 */
export function trustSeconds({ services }: Pick<Policy, "services">): number {
  return services.reduce((longest, { accessWindowSeconds }) => Math.max(longest, accessWindowSeconds), 0);
}
