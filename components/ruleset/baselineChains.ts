import type { Baseline, Nothing, Policy } from "../policy/policy";
import { banChain, invalidChain, strayChain, trustChain } from "./attackChains";
import { icmpChains } from "./icmpChains";
import { openChain } from "./openChains";
import {
  accept,
  drop,
  type Family,
  FROM_LOOPBACK,
  goto,
  hasFamily,
  inSet,
  jump,
  match,
  NOT_PLAIN_SYN,
  notInSet,
  PLAIN_SYN,
  perFamily,
  reject,
  rule,
  update,
  when,
} from "./phrases";
import type { Chain, Rule } from "./ruleset";

/**
 * The rest of the host's firewall, in the order of `docs/semantics.md`.
 * A field that somebody adds does not compile until it is said here whose affair it is.
 */
export function baselineChains(
  policy: Policy,
  baseline: Baseline,
  families: readonly Family[],
): readonly Chain[] {
  const { unbanSequence, unbanKnockTimeoutSeconds, ...ofChains } = baseline;
  const { ping, blacklistSeconds, synsPerSecond, traps, exceptNetworks, openPortsFrom, forward, ...others } =
    ofChains;
  others satisfies Nothing;
  return [
    ...icmpChains(baseline, families),
    trustChain(policy, families),
    banChain(policy, baseline, families),
    invalidChain(),
    openChain(policy, baseline, families),
    strayChain(policy, baseline, families),
    hereChain(policy, baseline, families),
    closedChain(),
    ...forwardChain(baseline),
  ];
}

/** Before the ports: what no knock changes. */
export function baselineFirstRules(): readonly Rule[] {
  return [
    rule("loopback: goes on", FROM_LOOPBACK, accept()),
    rule("spoofed loopback: from, IPv4", match(["ip saddr"], undefined, "127.0.0.0/8"), drop()),
    rule("spoofed loopback: to, IPv4", match(["ip daddr"], undefined, "127.0.0.0/8"), drop()),
    rule("spoofed loopback: from, IPv6", match(["ip6 saddr"], undefined, "::1"), drop()),
    rule("spoofed loopback: to, IPv6", match(["ip6 daddr"], undefined, "::1"), drop()),
    rule("icmp: by type", {
      kind: "dispatch",
      key: ["meta l4proto"],
      cases: [
        { when: "icmp", verdict: goto("pk_icmp") },
        { when: "icmpv6", verdict: goto("pk_icmp6") },
      ],
    }),
    rule("invalid: decided apart", match(["ct state"], undefined, "invalid"), goto("pk_invalid")),
  ];
}

/** Where every packet goes that knocking did not let in. */
function closedChain(): Chain {
  return {
    name: "pk_closed",
    rules: [
      rule("closed: for whom", {
        kind: "dispatch",
        key: ["fib daddr type"],
        cases: [
          { when: "local", verdict: goto("pk_here") },
          { when: "anycast", verdict: goto("pk_here") },
          { when: "broadcast", verdict: goto("pk_open") },
          { when: "multicast", verdict: goto("pk_open") },
        ],
      }),
      rule("closed: the forward policy decides", accept()),
    ],
  };
}

function hereChain({ allow }: Policy, baseline: Baseline, families: readonly Family[]): Chain {
  return {
    name: "pk_here",
    rules: [
      ...perFamily(families, "blacklist: held", (family) => [
        inSet([family.source], `pk_blacklist${family.version}`),
        jump("pk_ban"),
      ]),
      rule(
        "stray: TCP that begins with anything but a plain SYN",
        match(["ct state"], undefined, "new"),
        NOT_PLAIN_SYN,
        jump("pk_stray"),
      ),
      ...perFamily(families, "attack: too many SYNs", (family) => [
        PLAIN_SYN,
        update(`pk_syns${family.version}`, {
          key: [family.source],
          rateOver: `${baseline.synsPerSecond}/second burst ${baseline.synsPerSecond} packets`,
        }),
        jump("pk_ban"),
      ]),
      ...perFamily(families, "martian: dropped", (family) => [
        inSet([family.saddr], `pk_martians${family.version}`),
        ...(hasFamily(baseline.exceptNetworks, family)
          ? [notInSet([family.saddr], `pk_except${family.version}`)]
          : []),
        ...(hasFamily(allow, family) ? [notInSet([family.saddr], `pk_allow${family.version}`)] : []),
        drop(),
      ]),
      rule("here: open or closed", goto("pk_open")),
    ],
  };
}

function forwardChain({ forward }: Baseline): readonly Chain[] {
  if (forward === "accept") {
    return [];
  }
  return [
    {
      name: "pk_forward",
      hook: { type: "filter", hook: "forward", priority: "filter", policy: "drop" },
      rules: [
        rule("forward: established", match(["ct state"], undefined, "established,related"), accept()),
        rule("forward: published by this host", match(["ct status"], undefined, "dnat"), accept()),
        ...when(forward === "reject", rule("forward: refused", reject("icmpx type admin-prohibited"))),
      ],
    },
  ];
}
