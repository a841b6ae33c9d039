import * as ipaddr from "ipaddr.js";

/** The network of so many bits that an address lies in: `10.1.2.3` and 24 are `10.1.2.0/24`. */
export function networkOf(address: string, prefix: number): string {
  const cidr = `${address}/${prefix}`;
  const network = address.includes(":")
    ? ipaddr.IPv6.networkAddressFromCIDR(cidr)
    : ipaddr.IPv4.networkAddressFromCIDR(cidr);
  return `${network.toString()}/${prefix}`;
}
