import type { Baseline, Nothing, Ping } from "../policy/policy";
import {
  accept,
  drop,
  type Family,
  FORWARDED,
  familiesOf,
  goto,
  inSet,
  limit,
  match,
  perFamily,
  rule,
} from "./phrases";
import type { Chain, Rule } from "./ruleset";

/** What RFC 4890 says must not be dropped, and its IPv4 counterparts: errors, path MTU, neighbours, routers. */
const NEEDED_ICMP = "{ destination-unreachable, time-exceeded, parameter-problem }";
const NEEDED_ICMPV6 =
  "{ destination-unreachable, packet-too-big, time-exceeded, parameter-problem, " +
  "mld-listener-query, mld-listener-report, mld-listener-reduction, " +
  "nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert, mld2-listener-report }";

/** Pings at a limited rate, and what the network needs. */
export function icmpChains({ ping }: Baseline, families: readonly Family[]): readonly Chain[] {
  return [
    pacedPingChain(ping),
    pingChain(ping, families),
    icmpChain("pk_icmp", "icmp", NEEDED_ICMP),
    icmpChain("pk_icmp6", "icmpv6", NEEDED_ICMPV6),
  ];
}

/** A ping that goes on is established too, and must not outrun the limit. */
export function pingRules(): readonly Rule[] {
  return [
    rule("established: ping, IPv4", match(["icmp type"], undefined, "echo-request"), goto("pk_icmp")),
    rule("established: ping, IPv6", match(["icmpv6 type"], undefined, "echo-request"), goto("pk_icmp6")),
  ];
}

function icmpChain(name: string, protocol: "icmp" | "icmpv6", needed: string): Chain {
  return {
    name,
    rules: [
      rule(`${protocol}: not for this host`, FORWARDED, accept()),
      rule(`${protocol}: ping`, match([`${protocol} type`], undefined, "echo-request"), goto("pk_ping")),
      rule(`${protocol}: what the network needs`, match([`${protocol} type`], undefined, needed), accept()),
      rule(`${protocol}: the rest`, drop()),
    ],
  };
}

function pingChain({ from }: Ping, families: readonly Family[]): Chain {
  const allowed = perFamily(familiesOf(from, families), "ping: from here", (family) => [
    inSet([family.saddr], `pk_ping${family.version}`),
    goto("pk_paced_ping"),
  ]);
  return {
    name: "pk_ping",
    rules: [
      ...(from.length > 0 ? allowed : [rule("ping: from anywhere", goto("pk_paced_ping"))]),
      rule("ping: from elsewhere", drop()),
    ],
  };
}

function pacedPingChain({ perSecond, burst, from, ...others }: Ping): Chain {
  others satisfies Nothing;
  return {
    name: "pk_paced_ping",
    rules: [
      rule("ping: paced", limit(`${perSecond}/second burst ${burst} packets`), accept()),
      rule("ping: too many", drop()),
    ],
  };
}
