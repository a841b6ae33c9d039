import { canonicalAddress } from "../network";
import type { Endpoint, Policy, Reach } from "../policy";
import type { Problem } from "../policyError";
import type { Surroundings } from "./policyRule";

export function sameConnectionTwice(_policy: Policy, { reaches }: Surroundings): readonly Problem[] {
  const firstAt = new Map<string, Reach>();
  return reaches.flatMap((reach) => {
    // Behind a proxy an address may mean another machine than the same address without one.
    const way = [reach.proxy, reach.place].map(printEndpoint).join(" to ");
    const first = firstAt.get(way);
    firstAt.set(way, first ?? reach);
    return first === undefined
      ? []
      : [
          {
            path: `hosts.${reach.name}.connection`,
            problem: `leads to the same address and port as ${first.name}`,
            remedy: "name each host once",
          },
        ];
  });
}

function printEndpoint(endpoint: Endpoint | undefined): string {
  return endpoint === undefined ? "" : `${canonicalAddress(endpoint.address)} ${endpoint.port}`;
}
