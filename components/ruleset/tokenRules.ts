import { namedTokens } from "../policy/namedSequences";
import type { Policy } from "../policy/policy";
import { tokenId } from "../tokens/tokenId";
import { tokenFingerprint } from "../tokens/tokenSecret";
import { admitChainName } from "./completionChains";
import {
  add,
  assign,
  FOR_THIS_HOST,
  FROM_LOOPBACK,
  forget,
  goto,
  inSet,
  jump,
  match,
  returns,
  rule,
  SCRATCH,
  SCRATCH_EMPTY,
} from "./phrases";
import type { Chain, DispatchCase, NamedSet, Rule } from "./ruleset";

/**
 * What carries a token, and where in the packet it stands, in bits behind the IP header. A place is one look-up, and only
 * for packets of exactly this length and kind.
 */
interface Carrier {
  readonly name: string;
  /** The length that the UDP header says; of an echo request the length of the packet, with its IP header. */
  readonly length: number;
  readonly offset: number;
}

/** UDP header 8, then: the token; an RFC 1350 read request, 2, token, `\0octet\0`; a DNS query, 12, length 1, token, 5. */
const IN_UDP: readonly Carrier[] = [
  { name: "datagram", length: 24, offset: 64 },
  { name: "tftp", length: 33, offset: 80 },
  { name: "dns", length: 42, offset: 168 },
];

/** An echo request as `ping` sends it: header 8, time 16, then 40 bytes of its pattern. */
const IN_ICMP: Carrier = { name: "ping", length: 84, offset: 192 };
const IN_ICMP6: Carrier = { ...IN_ICMP, name: "ping6", length: 104 };

/** A day of tokens of a thousand knockers. */
const TOKENS = 1_048_576;

/** As long as a packet that looked a token up may need to use it up. */
const SPENT_SECONDS = 10;

/** The bits of a token's value that say whose it is, and those that say of which slot. */
const WHOSE = "ffff:ff00";
const WHICH_SLOT = "0:ff";

/**
 * What the host fills in itself, and no update empties: what a packet used up between a listing and the new table would
 * come back with it.
 */
export function tokenSets(policy: Policy): readonly NamedSet[] {
  if (namedTokens(policy).length === 0) {
    return [];
  }
  const ofTokens = { flags: ["dynamic", "timeout"], size: TOKENS, elements: [] } as const;
  const key = { keyType: [tokenAt(IN_UDP[0]?.offset ?? 0)], isPacketPart: true } as const;
  return [
    { name: "pk_tokens", ...key, valueType: "classid", ...ofTokens },
    { name: "pk_spent", ...key, ...ofTokens },
    { name: "pk_early", keyType: ["classid"], flags: ["dynamic", "timeout"], size: 256, elements: [] },
    {
      name: "pk_filled",
      keyType: ["classid"],
      valueType: "classid",
      flags: ["dynamic"],
      size: 65_536,
      elements: [],
    },
  ];
}

/** All that TCP pays: one comparison. A datagram pays a look-up of its length. */
export function tokenRules(policy: Policy): readonly Rule[] {
  return namedTokens(policy).length === 0
    ? []
    : [rule("token: no TCP carries one", match(["meta l4proto"], "!=", "tcp"), jump("pk_token_carriers"))];
}

/** From the carriers of a token to the chains of knockers whose token it is. */
export function carrierChains(policy: Policy): readonly Chain[] {
  const tokens = namedTokens(policy);
  if (tokens.length === 0) {
    return [];
  }
  return [
    {
      name: "pk_token",
      rules: [
        // Used up all the same: it was seen.
        rule(
          "token: its slot has not begun",
          inSet([`${SCRATCH} & ${WHICH_SLOT}`], "pk_early"),
          assign(SCRATCH_EMPTY),
          returns(),
        ),
        rule("token: whose", {
          kind: "dispatch",
          key: [`${SCRATCH} & ${WHOSE}`],
          cases: tokens.map(
            ({ opener, secret }): DispatchCase => ({
              when: tokenId(tokenFingerprint(secret, opener.name)),
              verdict: goto(admitChainName(opener.name)),
            }),
          ),
        }),
        rule("token: nobody's any more", assign(SCRATCH_EMPTY)),
      ],
    },
    ...[...IN_UDP, IN_ICMP, IN_ICMP6].flatMap(carriedChains),
    {
      name: "pk_token_carriers",
      rules: [
        ...IN_UDP.map(({ name, length }) =>
          rule(
            `token: by the length of a datagram, ${name}`,
            match(["udp length"], undefined, `${length}`),
            goto(carriedName(name)),
          ),
        ),
        echoRule("icmp", IN_ICMP),
        echoRule("icmpv6", IN_ICMP6),
      ],
    },
  ];
}

function echoRule(protocol: "icmp" | "icmpv6", { name, length }: Carrier): Rule {
  return rule(
    `token: in an echo request, ${protocol}`,
    match([`${protocol} type`], undefined, "echo-request"),
    match(["meta length"], undefined, `${length}`),
    goto(carriedName(name)),
  );
}

/**
 * A packet that is none pays one look-up. A look-up and a deletion are two steps, and two processors may be between them
 * with the same token: which of them was first, one element of a set decides, whose meter lets one packet pass. Where the
 * set is full, none.
 */
function carriedChains({ name, offset }: Carrier): readonly Chain[] {
  const key = [tokenAt(offset)];
  const use = `pk_token_use_${name}`;
  return [
    {
      name: use,
      rules: [
        rule("token: loopback carries none", FROM_LOOPBACK, assign(SCRATCH_EMPTY), returns()),
        rule(
          "token: used up by the first who sends it",
          FOR_THIS_HOST,
          add("pk_spent", { key, timeoutSeconds: SPENT_SECONDS, rate: "1/day burst 1 packets" }),
          forget("pk_tokens", key),
          goto("pk_token"),
        ),
        rule("token: used up meanwhile, or for another host", assign(SCRATCH_EMPTY)),
      ],
    },
    {
      name: carriedName(name),
      rules: [rule("token: one that there is", assign({ kind: "lookUp", key, map: "pk_tokens" }), goto(use))],
    },
  ];
}

function carriedName(carrier: string): string {
  return `pk_token_in_${carrier}`;
}

function tokenAt(offset: number): string {
  return `@th,${offset},128`;
}
