import type { DynamicElement, Rule, Ruleset, Statement } from "../../components/ruleset/ruleset";
import { withoutRules, withRules, withRulesOfChain, withStatements } from "./mutateRuleset";
import type { Mutation } from "./mutations";

// Two packets with one token at the same moment, of which `pk_spent` lets one pass, are not among these: scripts send
// one packet after the other. Nor are loopback, over which they send nothing, and a scratch register that is left full,
// which no answer shows.

const USED_UP = /^token: used up by/;

export const TOKEN_MUTATIONS: readonly Mutation[] = [
  {
    name: "a token is not used up",
    caseName: "tokens",
    mutate: (ruleset) => withStatements(ruleset, USED_UP, (one) => (one.kind === "delete" ? [] : [one])),
  },
  {
    name: "a token is let pass the second time that it is sent",
    caseName: "tokens",
    mutate: (ruleset) =>
      withStatements(ruleset, USED_UP, (one) =>
        one.kind === "add" ? [{ ...one, element: over(one) }] : [one],
      ),
  },
  {
    name: "a token opens before its slot",
    caseName: "tokens",
    mutate: (ruleset) => withoutRules(ruleset, /^token: its slot has not begun/),
  },
  {
    name: "more than the slot of a token is held against those that have not begun",
    caseName: "tokens",
    mutate: (ruleset) => withMask(ruleset, "0:ff", "0:ffff"),
  },
  {
    name: "the slot of a token counts to whose it is",
    caseName: "tokens",
    mutate: (ruleset) => withMask(ruleset, "ffff:ff00", "ffff:ffff"),
  },
  {
    name: "a token that is nobody's any more opens",
    caseName: "tokens",
    mutate: (ruleset) =>
      withRules(ruleset, /^token: nobody's any more/, (rule) => [
        { ...rule, statements: [{ kind: "goto", chain: "pk_admit_alice" }] },
      ]),
  },
  {
    name: "a token of one knocker opens what another one's does",
    caseName: "tokens",
    mutate: (ruleset) => withText(ruleset, "pk_token", /pk_admit_alice/, "pk_admit_bob"),
  },
  {
    name: "a token of a knocker whose access has ended opens",
    caseName: "tokens",
    mutate: (ruleset) =>
      withStatements(ruleset, /does not end within/, (one) => (one.kind === "match" ? [] : [one])),
  },
  {
    name: "a token that was sent to all hosts of a network opens",
    caseName: "tokens",
    mutate: (ruleset) => withStatements(ruleset, USED_UP, (one) => (one.kind === "match" ? [] : [one])),
  },
  ...["datagram", "tftp", "dns", "ping", "ping6"].map(
    (carrier): Mutation => ({
      name: `a token is looked for a byte too late: ${carrier}`,
      caseName: "tokens",
      mutate: (ruleset) =>
        withText(ruleset, `pk_token_in_${carrier}`, /@th,(\d+),/g, (_, bits) => `@th,${Number(bits) + 8},`),
    }),
  ),
  ...["24", "33", "42"].map(
    (length): Mutation => ({
      name: `a datagram may be one byte longer than ${length}`,
      caseName: "tokens",
      mutate: (ruleset) =>
        withStatements(ruleset, /^token: by the length/, (one) => [
          one.kind === "match" && one.operand === length
            ? { ...one, operand: `${length}-${Number(length) + 1}` }
            : one,
        ]),
    }),
  ),
  ...["icmp", "icmpv6"].map(
    (name): Mutation => ({
      name: `an echo request of any length carries a token: ${name}`,
      caseName: "tokens",
      mutate: (ruleset) =>
        withRulesOfChain(ruleset, "pk_token_carriers", (rules) =>
          rules.map((rule) =>
            rule.comment.endsWith(`, ${name}`)
              ? { ...rule, statements: rule.statements.filter((one) => !asksLength(one)) }
              : rule,
          ),
        ),
    }),
  ),
  {
    name: "an address is looked for a byte too late",
    caseName: "tokens-addresses",
    mutate: (ruleset) => withText(ruleset, "pk_token_in_address", "@nh,192,", "@nh,200,"),
  },
  {
    name: "addresses of another network are tokens",
    caseName: "tokens-addresses",
    mutate: (ruleset) => withText(ruleset, "pk_prerouting", "2001:db8:7:1::/64", "2001:db8:7:8::/64"),
  },
  {
    name: "only what begins a TCP connection uses an address up",
    caseName: "tokens-addresses",
    mutate: (ruleset) =>
      withStatements(ruleset, /^token: an address/, (one) =>
        one.kind === "jump" ? [{ kind: "match", key: ["tcp flags"], operand: "syn" }, one] : [one],
      ),
  },
  {
    name: "an address is not used up",
    caseName: "tokens-addresses",
    mutate: (ruleset) =>
      withRulesOfChain(ruleset, "pk_token_use_address", (rules) =>
        rules.map((rule) => ({
          ...rule,
          statements: rule.statements.filter(({ kind }) => kind !== "delete"),
        })),
      ),
  },
  {
    name: "who connects to an address is not let in with that packet",
    caseName: "tokens-baseline",
    mutate: (ruleset) =>
      withRulesOfChain(ruleset, "pk_prerouting", (rules) => [
        ...rules.filter((rule) => !/^token: an address/.test(rule.comment)),
        ...rules.filter((rule) => /^token: an address/.test(rule.comment)),
      ]),
  },
  {
    name: "a token takes its sender back to the root",
    caseName: "tokens",
    mutate: (ruleset) => {
      const back = ruleset.chains.flatMap(({ rules }) => rules.filter(isBack)).slice(0, 2);
      return withRulesOfChain(ruleset, "pk_admit_alice", (rules) => [...back, ...rules]);
    },
  },
  {
    name: "what carries a token is let in wherever it goes",
    caseName: "tokens",
    mutate: (ruleset) =>
      withStatements(ruleset, /: goes on as without us$/, (one) =>
        one.kind === "return" ? [{ kind: "accept" }] : [one],
      ),
  },
  {
    name: "what carries no token of the host is let in wherever it goes",
    caseName: "tokens-baseline",
    mutate: (ruleset) =>
      withRulesOfChain(ruleset, "pk_token_in_datagram", (rules) => [
        ...rules,
        { comment: "token: let in", statements: [{ kind: "accept" }] },
      ]),
  },
  {
    name: "a token leaves its knocker on the blacklist",
    caseName: "tokens-baseline",
    mutate: (ruleset) => withoutRules(ruleset, /^alice: off the blacklist/),
  },
  {
    name: "who sent a token is not trusted",
    caseName: "tokens-baseline",
    mutate: (ruleset) => withoutRules(ruleset, /^(alice|bob): trust/),
  },
  {
    name: "a window that a token opened is kept under another's name",
    caseName: "tokens-baseline",
    mutate: (ruleset) => withoutRules(ruleset, /: whose window$/),
  },
];

function over({ element: { rate, ...element } }: { readonly element: DynamicElement }): DynamicElement {
  return rate === undefined ? element : { ...element, rateOver: rate };
}

function withMask(ruleset: Ruleset, mask: string, other: string): Ruleset {
  return withText(ruleset, "pk_token", `meta priority & ${mask}"`, `meta priority & ${other}"`);
}

/** Where what is wrong is in the middle of a word. */
function withText(
  ruleset: Ruleset,
  chain: string,
  text: string | RegExp,
  other: string | ((found: string, ...groups: readonly string[]) => string),
): Ruleset {
  return withRulesOfChain(ruleset, chain, (rules) => {
    const written = JSON.stringify(rules);
    return JSON.parse(
      typeof other === "string" ? written.replace(text, other) : written.replace(text, other),
    );
  });
}

function asksLength(statement: Statement): boolean {
  return statement.kind === "match" && statement.key.includes("meta length");
}

function isBack({ comment }: Rule): boolean {
  return comment.includes(": complete, back to the start");
}
