import type { Element, Ruleset, Statement } from "../../components/ruleset/ruleset";
import { withElements, withoutMasks, withoutRules, withRules, withTimeouts } from "./mutateRuleset";

/** A compiler with one mistake: what it would make of a right ruleset. */
export interface Mutation {
  readonly name: string;
  /** The policy to try it with: see `scriptCases.ts`. */
  readonly caseName: string;
  /** @throws when there is nothing to change: a mutation of rules that are gone proves nothing. */
  readonly mutate: (ruleset: Ruleset) => Ruleset;
}

export const MUTATIONS: readonly Mutation[] = [
  {
    name: "a wrong knock does not reset",
    caseName: "guard",
    mutate: (ruleset) => withoutRules(ruleset, /^knock: wrong/),
  },
  {
    name: "a knock of a port that no sequence has does not reset",
    caseName: "guard",
    mutate: (ruleset) => withoutRules(ruleset, /^stage: /),
  },
  {
    name: "a ping resets",
    caseName: "guard",
    mutate: (ruleset) => withoutRules(ruleset, /^knock: neither TCP nor UDP/),
  },
  {
    name: "a knock made before resets",
    caseName: "guard-networks",
    mutate: (ruleset) =>
      withElements(ruleset, "pk_moves", (all) => all.filter((one) => !goesTo(one, "pk_done"))),
  },
  { name: "two edges are swapped", caseName: "baseline-drops", mutate: swapEdges },
  {
    name: "a stage is updated without being deleted first",
    caseName: "guard-networks",
    mutate: (ruleset) => withoutRules(ruleset, /^advance: leave the old stage/),
  },
  {
    name: "a completed sequence leaves its knocker at its stage",
    caseName: "baseline-drops",
    mutate: (ruleset) => withoutRules(ruleset, /complete, back to the start/),
  },
  {
    name: "first knocks are not paced",
    caseName: "guard-networks",
    mutate: (ruleset) => withoutRules(ruleset, /^first knock: paced/),
  },
  {
    name: "an admission for once is not used up",
    caseName: "baseline-drops",
    mutate: (ruleset) => withoutRules(ruleset, /^connect: use an admission/),
  },
  {
    name: "a close sequence revokes nothing",
    caseName: "baseline-networks",
    mutate: (ruleset) => withoutRules(ruleset, /: revoke/),
  },
  {
    name: "a knocker whose access has ended is admitted",
    caseName: "knockers",
    mutate: (ruleset) =>
      withRules(ruleset, /does not end within/, ({ statements, ...rule }) => [
        { ...rule, statements: statements.filter(({ kind }) => kind !== "match") },
      ]),
  },
  {
    name: "a knocker opens one service of his only",
    caseName: "knockers",
    mutate: (ruleset) => withoutRules(ruleset, /^once: (which service|admit)/),
  },
  {
    name: "a window is kept under another's name",
    caseName: "knockers",
    mutate: (ruleset) => withoutRules(ruleset, /: whose window$/),
  },
  {
    name: "who opened a window first is taken for who opened it last",
    caseName: "knockers",
    mutate: (ruleset) => withoutRules(ruleset, /: forget who opened it/),
  },
  {
    name: "a window that was closed is kept as somebody's",
    caseName: "knockers",
    mutate: (ruleset) => withoutRules(ruleset, /^connect: no windows any more/),
  },
  {
    name: "an open port resets",
    caseName: "guard",
    mutate: (ruleset) =>
      withElements(ruleset, "pk_ports", (all) =>
        all.map((one) =>
          typeof one.value === "object" && one.value.kind === "accept"
            ? { ...one, value: { kind: "goto", chain: "pk_knock" } }
            : one,
        ),
      ),
  },
  {
    name: "an access window is longer than asked for",
    caseName: "baseline-networks",
    mutate: (ruleset) => withTimeouts(ruleset, /: admit for/, (seconds) => seconds + 1),
  },
  {
    name: "the guard looks at plain SYNs only",
    caseName: "guard",
    mutate: (ruleset) =>
      withRules(ruleset, /^guard: not admitted/, (rule) => [
        { ...rule, statements: [PLAIN_SYN, ...rule.statements] },
      ]),
  },
  {
    name: "IPv6 sources are admitted as addresses and not as networks",
    caseName: "guard-networks",
    mutate: (ruleset) => withoutMasks(ruleset, /: admit for .*IPv6/),
  },
  {
    name: "a service that shares a sequence is not opened by it",
    caseName: "baseline-rejects",
    mutate: (ruleset) => withoutRules(ruleset, /^sftp: admit for/),
  },
  {
    name: "a packet from the blacklist does not start its time afresh",
    caseName: "baseline-rejects",
    mutate: (ruleset) =>
      withRules(ruleset, /^blacklist: held/, (rule) => [
        { ...rule, statements: rule.statements.map((one) => (one.kind === "jump" ? DROP : one)) },
      ]),
  },
  {
    name: "a trusted source is put on the blacklist",
    caseName: "baseline-floods",
    mutate: (ruleset) => withoutRules(ruleset, /^ban: trusted/),
  },
  {
    name: "a sequence that unbans leaves its knocker on the blacklist",
    caseName: "baseline-rejects",
    mutate: (ruleset) => withoutRules(ruleset, /off the blacklist/),
  },
  {
    name: "a trap blacklists nobody",
    caseName: "baseline-drops",
    mutate: (ruleset) => withoutRules(ruleset, /^trap: /),
  },
  {
    name: "null and XMAS packets blacklist nobody",
    caseName: "baseline-drops",
    mutate: (ruleset) => withoutRules(ruleset, /^attack: (null|XMAS)/),
  },
  {
    name: "martians are let through",
    caseName: "baseline-rejects",
    mutate: (ruleset) => withoutRules(ruleset, /^martian: /),
  },
  {
    name: "a flood of SYNs blacklists nobody",
    caseName: "baseline-floods",
    mutate: (ruleset) => withoutRules(ruleset, /^attack: too many SYNs/),
  },
];

const DROP: Statement = { kind: "drop" };
const PLAIN_SYN: Statement = {
  kind: "match",
  key: ["tcp flags & (fin | syn | rst | ack)"],
  operator: "==",
  operand: "syn",
};

/** The first two knocks that lead from one stage to different ones lead to each other's. */
function swapEdges(ruleset: Ruleset): Ruleset {
  return withElements(ruleset, "pk_next", (all) => {
    const [one, other] = all.flatMap((first) => {
      const second = all.find(({ key, value }) => key[0] === first.key[0] && value !== first.value);
      return second === undefined || first.key[0] === "0:0" ? [] : [first, second];
    });
    return all.map((element) => {
      if (element === one) return { ...element, ...(other?.value !== undefined && { value: other.value }) };
      if (element === other) return { ...element, ...(one?.value !== undefined && { value: one.value }) };
      return element;
    });
  });
}

function goesTo({ value }: Element, chain: string): boolean {
  return typeof value === "object" && value.kind === "goto" && value.chain === chain;
}
