import { namedTokens } from "./namedSequences";
import { isInside, parseNetwork, prefixOf } from "./network";
import { type Parsed, refused, value } from "./parsed";
import type { Network, Policy } from "./policy";

/** What of an address is the network's; what is left is the token. */
export const NETWORK_PREFIX = 64;

const WRITE_ONE = 'write the one that is routed to this host, like "2001:db8:1:2::/64"';

/** Reserved (loopback, IPv4 in IPv6), link-local, site-local, multicast. */
const ROUTED_NOWHERE: readonly Network[] = ["::/8", "fe80::/9", "ff00::/8"].map((cidr) => ({
  family: 6,
  cidr,
}));

/** Parses the network of addresses that may be tokens: a /64 of IPv6 that can be routed to a host. */
export function parseTokenNetwork(text: string): Parsed<Network> {
  const parsed = parseNetwork(text);
  if (parsed.kind === "refused") {
    return text.includes(":") ? parsed : refused("is not an IPv6 network", WRITE_ONE);
  }
  const network = parsed.value;
  if (network.family !== 6 || prefixOf(network) !== NETWORK_PREFIX) {
    return refused(`is not a /${NETWORK_PREFIX} of IPv6`, WRITE_ONE);
  }
  return ROUTED_NOWHERE.some((reserved) => isInside(network, reserved))
    ? refused("is reserved, link-local or multicast, and routed to no host", WRITE_ONE)
    : value(network);
}

/** The network in which addresses are tokens on a host, if any are: where no knocker has a token, none is. */
export function addressesIn(policy: Policy): Network | undefined {
  return namedTokens(policy).length === 0 ? undefined : policy.tokenNetworks[0]?.network;
}
