import type { Network } from "../policy/policy";
import {
  add,
  assign,
  FOR_THIS_HOST,
  FROM_LOOPBACK,
  forget,
  goto,
  jump,
  match,
  returns,
  rule,
  SCRATCH_EMPTY,
} from "./phrases";
import type { Chain, Rule, Statement } from "./ruleset";

/** What carries a token, and where. A place is one look-up, and only for packets of this kind. */
interface Carrier {
  readonly name: string;
  /** 16 bytes of the packet: at so many bits from the begin of the header behind IP's, or of IP's own. */
  readonly place: string;
}

/** One that has it in what it carries, and exactly this length. */
interface Payload extends Carrier {
  /** What the UDP header says; of an echo request the length of the packet, with its IP header. */
  readonly length: number;
}

/** UDP header 8, then: the token; an RFC 1350 read request, 2, token, `\0octet\0`; a DNS query, 12, length 1, token, 5. */
const DATAGRAM: Payload = { name: "datagram", length: 24, place: "@th,64,128" };
const IN_UDP: readonly Payload[] = [
  DATAGRAM,
  { name: "tftp", length: 33, place: "@th,80,128" },
  { name: "dns", length: 42, place: "@th,168,128" },
];

/** An echo request as `ping` sends it: header 8, time 16, then 40 bytes of its pattern. */
const IN_ICMP: Payload = { name: "ping", length: 84, place: "@th,192,128" };
const IN_ICMP6: Payload = { ...IN_ICMP, name: "ping6", length: 104 };

/** The address that a packet is for. */
const ADDRESS: Carrier = { name: "address", place: "@nh,192,128" };

/** What sets of tokens are declared by: nft wants to see how long the key is, and all places are as long. */
export const TOKEN_PLACE: string = DATAGRAM.place;

/** As long as a packet that looked a token up may need to use it up. */
const SPENT_SECONDS = 10;

/** All that TCP pays for tokens in what a packet carries: one comparison. A datagram pays a look-up of its length. */
export function payloadRule(): Rule {
  return rule("token: no TCP carries one", match(["meta l4proto"], "!=", "tcp"), jump("pk_token_carriers"));
}

/** What is established has gone on before: an address is looked up where somebody begins. */
export function addressRule({ cidr }: Network): Rule {
  return rule(
    "token: an address that may be one",
    match(["ip6 daddr"], undefined, cidr),
    jump(entryOf(ADDRESS)),
  );
}

/** From the length of a packet to the token in it. */
export function payloadChains(): readonly Chain[] {
  return [
    ...[...IN_UDP, IN_ICMP, IN_ICMP6].flatMap((carrier) => chainsOf(carrier, FOR_THIS_HOST)),
    {
      name: "pk_token_carriers",
      rules: [
        ...IN_UDP.map((carrier) =>
          rule(
            `token: by the length of a datagram, ${carrier.name}`,
            match(["udp length"], undefined, `${carrier.length}`),
            goto(entryOf(carrier)),
          ),
        ),
        echoRule("icmp", IN_ICMP),
        echoRule("icmpv6", IN_ICMP6),
      ],
    },
  ];
}

/** The network is this host's, also while its route is missing: what came so far was seen on the way. */
export function addressChains(): readonly Chain[] {
  return chainsOf(ADDRESS);
}

function echoRule(protocol: "icmp" | "icmpv6", carrier: Payload): Rule {
  return rule(
    `token: in an echo request, ${protocol}`,
    match([`${protocol} type`], undefined, "echo-request"),
    match(["meta length"], undefined, `${carrier.length}`),
    goto(entryOf(carrier)),
  );
}

/**
 * A packet that is none pays one look-up. A look-up and a deletion are two steps, and two processors may be between them
 * with the same token: which of them was first, one element of a set decides, whose meter lets one packet pass. Where the
 * set is full, none.
 *
 * @param conditions without which a token is not used up
 */
function chainsOf(carrier: Carrier, ...conditions: readonly Statement[]): readonly Chain[] {
  const key = [carrier.place];
  const use = `pk_token_use_${carrier.name}`;
  return [
    {
      name: use,
      rules: [
        rule("token: loopback carries none", FROM_LOOPBACK, assign(SCRATCH_EMPTY), returns()),
        rule(
          "token: used up by the first who sends it",
          ...conditions,
          add("pk_spent", { key, timeoutSeconds: SPENT_SECONDS, rate: "1/day burst 1 packets" }),
          forget("pk_tokens", key),
          goto("pk_token"),
        ),
        rule("token: used up meanwhile, or for another host", assign(SCRATCH_EMPTY)),
      ],
    },
    {
      name: entryOf(carrier),
      rules: [rule("token: one that there is", assign({ kind: "lookUp", key, map: "pk_tokens" }), goto(use))],
    },
  ];
}

function entryOf({ name }: Carrier): string {
  return `pk_token_in_${name}`;
}
