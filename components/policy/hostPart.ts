import { isDifferent, NO_DIFFERENCE } from "./differences";
import type { Difference, Fleet, Network, OwnDifference } from "./policy";

/** Where a fleet has what is of one host alone. */
type HostParts = Pick<Fleet<unknown>, "tokenNetworks" | "ownDifferences">;

/** What one host has of its own: in what it differs, and a network of tokens, or none. */
export interface HostPart extends Difference {
  readonly tokenNetworks: readonly Network[];
}

export function hostPartOf({ tokenNetworks, ownDifferences }: HostParts, name: string): HostPart {
  const own = ownDifferences.find(({ host }) => host === name);
  return {
    ...(own ?? NO_DIFFERENCE),
    tokenNetworks: tokenNetworks.flatMap(({ host, network }) => (host === name ? [network] : [])),
  };
}

/** The same the other way round, sorted by host. */
export function partsOfHosts(parts: readonly (readonly [host: string, part: HostPart])[]): HostParts {
  const sorted = parts.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    tokenNetworks: sorted.flatMap(([host, { tokenNetworks }]) =>
      tokenNetworks.map((network) => ({ host, network })),
    ),
    ownDifferences: sorted
      .map(([host, { tokenNetworks, ...difference }]): OwnDifference => ({ host, ...difference }))
      .filter(isDifferent),
  };
}
