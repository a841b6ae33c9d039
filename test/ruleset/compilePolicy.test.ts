import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/parsePolicy";
import type { Knock, Policy } from "../../components/policy/policy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import type { Rule, Ruleset } from "../../components/ruleset/ruleset";
import { checkRulesetText, nftProblem } from "../support/checkRuleset";
import { POLICIES, shuffled } from "../support/policies";
import { objectNames, referencedChains, referencedSets } from "../support/rulesetObjects";

const problem = nftProblem();
if (problem !== undefined) console.warn(`skipped: loading random rulesets: ${problem}`);

describe("the compiled ruleset of any policy", { timeout: 60_000 }, () => {
  it("is the same bytes whatever the order of keys, ports and networks", () => {
    const orders = POLICIES.chain((policy) => fc.tuple(fc.constant(policy), shuffled(policy)));
    fc.assert(
      fc.property(orders, ([policy, other]) => {
        expect(printRuleset(compile(other))).toBe(printRuleset(compile(policy)));
      }),
    );
  });

  it("has a comment on every rule, at most the 128 characters that nft takes", () => {
    everyRuleset((ruleset) => {
      for (const { comment } of rulesOf(ruleset)) {
        expect(comment).toMatch(/^[a-z][a-z -]*: [A-Za-z0-9 ,]+$/);
        expect(comment.length).toBeLessThanOrEqual(128);
      }
    });
  });

  it("has no number in a comment that is a port of a sequence", () => {
    everyRuleset((ruleset, { services }) => {
      const ports = services.flatMap(({ sequence, closeSequence }) =>
        [...sequence, ...closeSequence].map(({ port }) => `${port}`),
      );
      const numbers = rulesOf(ruleset).flatMap(({ comment }) => comment.match(/\d+/g) ?? []);
      expect(numbers.filter((number) => ports.includes(number))).toEqual([]);
    });
  });

  it("has the same comments when every knock is another port", () => {
    everyRuleset((ruleset, policy) => {
      const elsewhere = (knocks: readonly Knock[]) =>
        knocks.map(({ protocol, port }) => ({ protocol, port: port + 1 }));
      const services = policy.services.map((service) => ({
        ...service,
        sequence: elsewhere(service.sequence),
        closeSequence: elsewhere(service.closeSequence),
      }));
      expect(rulesOf(compilePolicy({ ...policy, services })).map(commentOf)).toEqual(
        rulesOf(ruleset).map(commentOf),
      );
    });
  });

  it("names its objects pk_ and each of them once", () => {
    everyRuleset((ruleset) => {
      const names = objectNames(ruleset);
      expect(names.filter((name) => !/^pk_[A-Za-z0-9_-]+$/.test(name))).toEqual([]);
      expect(names).toEqual([...new Set(names)]);
    });
  });

  it("refers only to sets and maps that it has", () => {
    everyRuleset((ruleset) => {
      const sets = new Set(ruleset.sets.map(({ name }) => name));
      expect(referencedSets(ruleset).filter((name) => !sets.has(name))).toEqual([]);
    });
  });

  it("uses every set and map that it has", () => {
    everyRuleset((ruleset) => {
      const used = new Set(referencedSets(ruleset));
      expect(ruleset.sets.map(({ name }) => name).filter((name) => !used.has(name))).toEqual([]);
    });
  });

  it("goes only to chains that stand before, so that nft knows them and nothing loops", () => {
    everyRuleset((ruleset) => {
      const order = ruleset.chains.map(({ name }) => name);
      for (const [index, chain] of ruleset.chains.entries()) {
        const targets = referencedChains({ ...ruleset, chains: [chain], sets: [] });
        expect(targets.filter((target) => !order.slice(0, index).includes(target))).toEqual([]);
      }
      const fromSets = referencedChains({ ...ruleset, chains: [] });
      expect(fromSets.filter((target) => !order.includes(target))).toEqual([]);
    });
  });

  it("gives every dynamic set a size, and a timeout to every element that packets write", () => {
    everyRuleset((ruleset) => {
      const dynamic = ruleset.sets.filter(({ flags }) => flags.includes("dynamic"));
      expect(dynamic.map(({ name, size }) => [name, size])).toEqual(
        ["stage4", "admitted4", "pace4", "stage6", "admitted6", "pace6"].map((name) => [
          `pk_${name}`,
          65_536,
        ]),
      );
      const lasting = new Map(ruleset.sets.map(({ name, timeoutSeconds }) => [name, timeoutSeconds]));
      const updates = rulesOf(ruleset).flatMap(({ statements }) =>
        statements.flatMap((statement) => (statement.kind === "update" ? [statement] : [])),
      );
      expect(
        updates.filter(({ set, element }) => (element.timeoutSeconds ?? lasting.get(set)) === undefined),
      ).toEqual([]);
    });
  });

  it("comes for v4 and v6 alike", () => {
    everyRuleset((ruleset, { allow }) => {
      const count = (version: 4 | 6) =>
        printRuleset({ ...ruleset, sets: [] }).match(
          new RegExp(`@pk_(stage|admitted|pace|allow)${version}`, "g"),
        )?.length ?? 0;
      const has = (version: 4 | 6) => (allow.some(({ family }) => family === version) ? 1 : 0);
      expect(count(4) - has(4)).toBe(count(6) - has(6));
    });
  });

  it.skipIf(problem !== undefined)("is one that nft takes", () => {
    fc.assert(
      fc.property(POLICIES, (policy) => {
        expect(checkRulesetText(printRuleset(compile(policy)))).toBe("");
      }),
      { numRuns: 200, interruptAfterTimeLimit: 50_000, markInterruptAsFailure: false },
    );
  });
});

function everyRuleset(claim: (ruleset: Ruleset, policy: Policy) => void): void {
  fc.assert(
    fc.property(POLICIES, (input) => {
      const policy = parsePolicy(input);
      claim(compilePolicy(policy), policy);
    }),
  );
}

function compile(input: unknown): Ruleset {
  return compilePolicy(parsePolicy(input));
}

function rulesOf({ chains }: Ruleset): readonly Rule[] {
  return chains.flatMap(({ rules }) => rules);
}

function commentOf({ comment }: Rule): string {
  return comment;
}
