import {
  canonicalAddress,
  contains,
  mergeNetworks,
  type Neighbourhood,
  neighbourhood,
  parseNetwork,
} from "./network";
import type { Network, Policy } from "./policy";

const MARTIANS_IPV4: readonly Network[] = [
  { family: 4, cidr: "0.0.0.0/8" },
  { family: 4, cidr: "10.0.0.0/8" },
  { family: 4, cidr: "100.64.0.0/10" },
  { family: 4, cidr: "127.0.0.0/8" },
  { family: 4, cidr: "169.254.0.0/16" },
  { family: 4, cidr: "172.16.0.0/12" },
  { family: 4, cidr: "192.0.0.0/24" },
  { family: 4, cidr: "192.0.2.0/24" },
  { family: 4, cidr: "192.168.0.0/16" },
  { family: 4, cidr: "198.18.0.0/15" },
  { family: 4, cidr: "198.51.100.0/24" },
  { family: 4, cidr: "203.0.113.0/24" },
  { family: 4, cidr: "224.0.0.0/4" },
  { family: 4, cidr: "240.0.0.0/4" },
  { family: 4, cidr: "255.255.255.255/32" },
];

const MARTIANS_IPV6: readonly Network[] = [
  { family: 6, cidr: "::/128" },
  { family: 6, cidr: "::1/128" },
  { family: 6, cidr: "::ffff:0:0/96" },
  { family: 6, cidr: "100::/64" },
  { family: 6, cidr: "2001:db8::/32" },
  { family: 6, cidr: "3fff::/20" },
  { family: 6, cidr: "fc00::/7" },
  { family: 6, cidr: "fec0::/10" },
  { family: 6, cidr: "ff00::/8" },
];

/** Sources that no network routes to a host. None lies inside another one: nft would refuse them. */
export const MARTIANS: readonly Network[] = mergeNetworks([...MARTIANS_IPV4, ...MARTIANS_IPV6]);

export const AMONG_MARTIANS: Neighbourhood = neighbourhood(MARTIANS);

/** Networks no source of which is a martian on a host: those that are excepted, by name or in `allow`. */
export function exceptedNetworks<K>({ profile, allow }: Policy<K>): readonly Network[] {
  return [...(profile.kind === "baseline" ? profile.exceptNetworks : []), ...allow];
}

/** What a source is to a host: `routed` is no martian, `excepted` one that it lets through, `dropped` one that it drops before it looks at any port but guarded ones. */
export type Martianness = "routed" | "excepted" | "dropped";

export function martianness<K>(policy: Policy<K>, address: string): Martianness {
  if (policy.profile.kind === "guard" || !isMartian(address)) {
    return "routed";
  }
  return contains(exceptedNetworks(policy), address) ? "excepted" : "dropped";
}

function isMartian(address: string): boolean {
  const network = parseNetwork(canonicalAddress(address));
  return network.kind === "value" && AMONG_MARTIANS.isInside(network.value);
}
