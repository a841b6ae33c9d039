import { namedTokens } from "../policy/namedSequences";
import type { Policy } from "../policy/policy";
import { tokenId } from "../tokens/tokenId";
import { tokenFingerprint } from "../tokens/tokenSecret";
import { admitChainName } from "./completionChains";
import { assign, goto, inSet, returns, rule, SCRATCH, SCRATCH_EMPTY } from "./phrases";
import type { Chain, DispatchCase, NamedSet, Rule } from "./ruleset";
import { addressChains, addressRule, payloadChains, payloadRule, TOKEN_PLACE } from "./tokenCarriers";

/** A day of tokens of eight hundred knockers, or of tokens and addresses of four hundred. */
const TOKENS = 1_048_576;

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
  const key = { keyType: [TOKEN_PLACE], isPacketPart: true } as const;
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

/** Where a policy has tokens, and where addresses may be some. */
export function tokenRules(policy: Policy): readonly Rule[] {
  return namedTokens(policy).length === 0
    ? []
    : [payloadRule(), ...policy.tokenNetworks.map(({ network }) => addressRule(network))];
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
    ...payloadChains(),
    ...(policy.tokenNetworks.length > 0 ? addressChains() : []),
  ];
}
