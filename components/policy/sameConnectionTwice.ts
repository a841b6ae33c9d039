import { canonicalAddress } from "./network";
import type { Policy, Reach } from "./policy";
import type { Problem } from "./policyError";
import type { Surroundings } from "./rule";

export function sameConnectionTwice(_policy: Policy, { reaches }: Surroundings): readonly Problem[] {
  const firstAt = new Map<string, Reach>();
  // Behind a proxy an address may mean another machine than the same address without one.
  return reaches
    .filter(({ viaProxy }) => !viaProxy)
    .flatMap((reach) => {
      const endpoint = `${canonicalAddress(reach.address)} ${reach.port}`;
      const first = firstAt.get(endpoint);
      firstAt.set(endpoint, first ?? reach);
      return first === undefined
        ? []
        : [
            {
              path: `hosts.${reach.host}.connection`,
              problem: `leads to the same address and port as ${first.host}`,
              remedy: "name each host once",
            },
          ];
    });
}
