import * as ipaddr from "ipaddr.js";
import type { Identity, Nothing } from "./policy";

/** The masks that cut an address down to its source. Rules and host script must agree on them. */
export function sourceMasks({ ipv4Prefix, ipv6Prefix, ...others }: Identity): {
  readonly mask4: string;
  readonly mask6: string;
} {
  others satisfies Nothing;
  return {
    mask4: ipaddr.IPv4.subnetMaskFromPrefixLength(ipv4Prefix).toString(),
    mask6: ipaddr.IPv6.subnetMaskFromPrefixLength(ipv6Prefix).toString(),
  };
}
