import { tokenId } from "../../tokens/tokenId";
import { tokenFingerprint } from "../../tokens/tokenSecret";
import { type NamedToken, namedTokens } from "../namedSequences";
import type { Policy } from "../policy";
import type { Finding, Problem } from "../policyError";
import type { PolicyRule } from "./policyRule";

/** As many as the map of a host has room for, with a day of tokens each; with addresses as well they need it twice. */
const MOST_KNOCKERS = 800;
const MOST_WITH_ADDRESSES = 400;

const remedy = 'give another one, as "openssl rand -base64 32" prints it';

/** Who has the secret of another one could take his place, and use his tokens up. */
export const sameTokenTwice: PolicyRule = (policy: Policy): readonly Problem[] =>
  repeats(
    policy,
    ({ secret }) => secret,
    (first) => ({ problem: `is that of ${first}`, remedy }),
  );

/** The kernel keeps them by a number, of which there are sixteen million. */
export const sameTokenId: PolicyRule = (policy: Policy): readonly Problem[] =>
  repeats(
    policy,
    ({ secret, opener }) => tokenId(tokenFingerprint(secret, opener.name)),
    (first) => ({ problem: `makes tokens that the kernel could not tell from those of ${first}`, remedy }),
  );

export const tooManyTokens: PolicyRule = (policy: Policy): readonly Problem[] => {
  const [most, where] =
    policy.tokenNetworks.length > 0 ? [MOST_WITH_ADDRESSES, " beside a tokenNetwork"] : [MOST_KNOCKERS, ""];
  return namedTokens(policy).length > most
    ? [
        {
          path: "knockers",
          problem: `has more than ${most} knockers with a token${where}`,
          remedy: "give some of them a sequence, or fewer hosts by another component",
        },
      ]
    : [];
};

/** What is routed to one of them is not routed to the other one. */
export const sameTokenNetwork: PolicyRule = ({ tokenNetworks }: Policy): readonly Problem[] => {
  const firsts = new Map<string, string>();
  return tokenNetworks.flatMap(({ host, network: { cidr } }) => {
    const first = firsts.get(cidr);
    firsts.set(cidr, first ?? host);
    return first === undefined
      ? []
      : [
          {
            path: `hosts.${host}.tokenNetwork`,
            problem: `is that of ${first}`,
            remedy: "a network is routed to one host: give each its own",
          },
        ];
  });
};

function repeats(
  policy: Policy,
  keyOf: (token: NamedToken) => string,
  findingOf: (first: string) => Finding,
): readonly Problem[] {
  const firsts = new Map<string, string>();
  return namedTokens(policy)
    .filter(({ secret }) => secret !== "")
    .flatMap((token) => {
      const first = firsts.get(keyOf(token));
      firsts.set(keyOf(token), first ?? token.opener.name);
      return first === undefined ? [] : [{ path: token.path, ...findingOf(first) }];
    });
}
