import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import type { Ruleset } from "../../components/ruleset/ruleset";
import { samples } from "../long/samples";
import { nftProblem } from "../support/checkRuleset";
import { HOSTILE_INPUTS, RESERVED_NAMES } from "../support/hostileInputs";
import { judgeInputs } from "../support/judgeInputs";
import { loadRulesets } from "../support/nftBatch";
import { ssh } from "../support/problemsOf";

const problem = nftProblem();
if (problem !== undefined) console.warn(`skipped: rulesets of random inputs: ${problem}`);

describe.skipIf(problem)("an input of any kind", { timeout: 120_000 }, () => {
  // `npm run test:inputs` looks at many more.
  it("is refused with clear problems, or loads with exactly the objects that it names", async () => {
    const count = 2500;
    const { refused, loaded, wrong } = await judgeInputs(samples(HOSTILE_INPUTS, { count, seed: 2016 }));
    expect(wrong).toEqual([]);
    expect(refused + loaded).toBe(count);
    expect(Math.min(refused, loaded)).toBeGreaterThan(count / 10);
  });

  it("may have names that mean something to nft, to JavaScript and to our own chains", async () => {
    const inputs = RESERVED_NAMES.map((name) => ({
      services: { [name]: ssh({ closeSequence: "6000,4000" }).services.ssh },
      log: { stages: true, refusals: true },
    }));
    expect(await judgeInputs(inputs)).toEqual({ refused: 0, loaded: RESERVED_NAMES.length, wrong: [] });
  });
});

describe.skipIf(problem)("what loads rulesets in batches", () => {
  const good = compilePolicy(parsePolicy(ssh()));
  const withChain = (name: string): Ruleset => ({ ...good, chains: [...good.chains, { name, rules: [] }] });

  it("takes good ones", async () => {
    expect(await loadRulesets([good, withChain("pk_more"), good])).toEqual([undefined, undefined, undefined]);
  });

  it("rejects those that nft refuses, however many there are beside them", async () => {
    const complaints = await loadRulesets([good, withChain("pk-{"), good, good, withChain("accept")]);
    expect(complaints.map((complaint) => complaint?.split(":")[0])).toEqual([
      undefined,
      "nft refused it",
      undefined,
      undefined,
      "nft refused it",
    ]);
  });

  it("rejects an object that hides in the name of another one", async () => {
    const complaints = await loadRulesets([good, withChain("pk_a {\n}\nchain pk_b")]);
    expect(complaints).toEqual([
      undefined,
      expect.stringMatching(/^lists other objects: without chain pk_a \{.*; with chain pk_a, chain pk_b$/s),
    ]);
  });
});
