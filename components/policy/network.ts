import * as ipaddr from "ipaddr.js";
import { countWhile } from "./countWhile";
import { type Parsed, refused, value } from "./parsed";
import type { Identity, Network } from "./policy";

const NO_NETWORK = refused<Network>(
  "is not an address or a network",
  'write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
);

/** Parses an address or a network, `192.0.2.7`, `192.168.0.0/16` or `2001:db8::/32`, into canonical form. */
export function parseNetwork(text: string): Parsed<Network> {
  const withPrefix = text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`;
  const wellFormed = /^[0-9a-f.:]+\/(0|[1-9]\d{0,2})$/i.test(withPrefix) && isPlainNotation(withPrefix);
  if (!wellFormed || !ipaddr.isValidCIDR(withPrefix)) {
    return NO_NETWORK;
  }
  const [address, prefix] = ipaddr.parseCIDR(withPrefix);
  // No packet comes from such an address.
  if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress()) {
    return NO_NETWORK;
  }
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
  const merged: Interval[] = [];
  for (const interval of networks.map(toInterval).toSorted(compareIntervals)) {
    const last = merged.at(-1);
    // Two networks are apart, or one lies inside the other: then the wider one has come just before.
    if (last?.network.family !== interval.network.family || last.last < interval.first) {
      merged.push(interval);
    }
  }
  return merged
    .map(({ network }) => network)
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

/** The first address of the source that an address belongs to. */
export function sourceOf(address: string, { ipv4Prefix, ipv6Prefix }: Identity): string {
  if (!ipaddr.isValid(address)) {
    return address;
  }
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? ipaddr.IPv6.networkAddressFromCIDR(`${parsed}/${ipv6Prefix}`).toString()
    : ipaddr.IPv4.networkAddressFromCIDR(`${parsed}/${ipv4Prefix}`).toString();
}

/** Whether a network lies in another one, or is it. */
export function isInside(inner: Network, outer: Network): boolean {
  const [base] = ipaddr.parseCIDR(inner.cidr);
  return prefixOf(inner) >= prefixOf(outer) && contains([outer], base.toString());
}

/** How a network may lie to others. */
export interface Neighbourhood {
  /** All of it lies in one of the others. */
  readonly isInside: (network: Network) => boolean;
  /** It has an address in common with one of the others: then one of the two lies in the other. */
  readonly overlaps: (network: Network) => boolean;
}

/** Looks networks up among others in the time of a binary search: a policy may have tens of thousands. */
export function neighbourhood(others: readonly Network[]): Neighbourhood {
  const apart = mergeNetworks(others).map(toInterval).toSorted(compareIntervals);
  return {
    isInside: (network) => isInOne(apart, network),
    overlaps: (network) => {
      const { first, last } = toInterval(network);
      const other = lastBefore(apart, network.family, last);
      return other !== undefined && other.last >= first;
    },
  };
}

/** Whether all of a network lies in one of the intervals, which are sorted and apart. */
export function isInOne(apart: readonly Interval[], network: Network): boolean {
  const { first, last } = toInterval(network);
  const other = lastBefore(apart, network.family, first);
  return other !== undefined && other.last >= last;
}

/** The last interval of a family that begins at an address or before. */
function lastBefore(
  apart: readonly Interval[],
  family: Network["family"],
  address: bigint,
): Interval | undefined {
  const before = countWhile(
    apart,
    ({ network, first }) => network.family < family || (network.family === family && first <= address),
  );
  const last = apart[before - 1];
  return last?.network.family === family ? last : undefined;
}

/** How many bits all addresses of a network share. */
export function prefixOf({ cidr }: Network): number {
  return ipaddr.parseCIDR(cidr)[1];
}

/** Whether an address, or the name `localhost`, means the machine itself. */
export function isLoopback(address: string): boolean {
  return (
    address.toLowerCase() === "localhost" ||
    (ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback")
  );
}

/** A network by its first and last address as numbers. */
export interface Interval {
  readonly network: Network;
  readonly first: bigint;
  readonly last: bigint;
}

export function toInterval(network: Network): Interval {
  const [base, prefix] = ipaddr.parseCIDR(network.cidr);
  const bytes = base.toByteArray();
  const first = bytes.reduce((number, byte) => (number << 8n) + BigInt(byte), 0n);
  return { network, first, last: first + (1n << BigInt(8 * bytes.length - prefix)) - 1n };
}

/** By family and first address; the wider one of two that begin alike comes first. */
export function compareIntervals(a: Interval, b: Interval): number {
  if (a.network.family !== b.network.family) {
    return a.network.family - b.network.family;
  }
  if (a.first !== b.first) {
    return a.first < b.first ? -1 : 1;
  }
  return a.last === b.last ? 0 : a.last > b.last ? -1 : 1;
}

/** ipaddr.js reads `10.1` and octal `010.0.0.1` as addresses, as inet_aton(3) does, and `::192.0.2.1` as
 * `::ffff:192.0.2.1`; a policy does neither. */
function isPlainNotation(text: string): boolean {
  return text.includes(":") ? !text.includes(".") : /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\//.test(text);
}
