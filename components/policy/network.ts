import * as ipaddr from "ipaddr.js";
import { type Parsed, refused, value } from "./parsed";
import type { Network } from "./policy";

/** Parses an address or a network, `192.0.2.7`, `192.168.0.0/16` or `2001:db8::/32`, into canonical form. */
export function parseNetwork(text: string): Parsed<Network> {
  const withPrefix = text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`;
  const wellFormed = /^[0-9a-f.:]+\/(0|[1-9]\d{0,2})$/i.test(withPrefix) && isPlainNotation(withPrefix);
  if (!wellFormed || !ipaddr.isValidCIDR(withPrefix)) {
    return refused(
      "is not an address or a network",
      'write "192.0.2.7", "192.168.0.0/16" or "2001:db8::/32"',
    );
  }
  const [address, prefix] = ipaddr.parseCIDR(withPrefix);
  const family = address.kind() === "ipv4" ? 4 : 6;
  const first =
    family === 4
      ? ipaddr.IPv4.networkAddressFromCIDR(withPrefix)
      : ipaddr.IPv6.networkAddressFromCIDR(withPrefix);
  if (first.toNormalizedString() !== address.toNormalizedString()) {
    return refused(
      "has bits set behind its prefix",
      `write "${first.toString()}/${prefix}" if that is meant`,
    );
  }
  return value({ family, cidr: `${first.toString()}/${prefix}` });
}

/** The same addresses without networks that lie inside another one, sorted. nft refuses overlapping ones. */
export function mergeNetworks(networks: readonly Network[]): readonly Network[] {
  const distinct = [...new Map(networks.map((network) => [network.cidr, network])).values()];
  return distinct
    .filter((network) => !distinct.some((other) => other !== network && isInside(network, other)))
    .toSorted((a, b) => a.family - b.family || (a.cidr < b.cidr ? -1 : 1));
}

/** One text for equal addresses, or for a host name whose letters differ in case alone. */
export function canonicalAddress(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address.toLowerCase();
}

/** Whether an address lies in one of the networks. A text that is not an address lies in none. */
export function contains(networks: readonly Network[], address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.process(address);
  return networks.some((network) => {
    const [base, prefix] = ipaddr.parseCIDR(network.cidr);
    return base.kind() === parsed.kind() && parsed.match(base, prefix);
  });
}

function isInside(inner: Network, outer: Network): boolean {
  const [innerBase, innerPrefix] = ipaddr.parseCIDR(inner.cidr);
  const [outerBase, outerPrefix] = ipaddr.parseCIDR(outer.cidr);
  return (
    innerBase.kind() === outerBase.kind() &&
    innerPrefix > outerPrefix &&
    innerBase.match(outerBase, outerPrefix)
  );
}

/** ipaddr.js reads `10.1` and octal `010.0.0.1` as addresses, as inet_aton(3) does, and `::192.0.2.1` as
 * `::ffff:192.0.2.1`; a policy does neither. No packet comes from an IPv4-mapped address. */
function isPlainNotation(text: string): boolean {
  return text.includes(":")
    ? !text.includes(".") && !/^[0:]*:ffff:/i.test(text)
    : /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\//.test(text);
}
