import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressesIn } from "../../components/policy/tokenNetwork";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { runScripts } from "../support/packets/scripts/runScripts";
import { SCRIPT_CASES } from "../support/packets/scripts/scriptCases";
import { createScriptLab, type ScriptLab, scriptLabProblem } from "../support/packets/scripts/scriptLab";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const SCRIPTS = 60;

describe.skipIf(problem !== undefined)("the kernel", () => {
  let lab: ScriptLab;

  beforeAll(async () => {
    lab = await createScriptLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  // They wait most of the time.
  it.concurrent.each(SCRIPT_CASES)(
    "does with random packets what the reference says: $name",
    async (scriptCase) => {
      const seed = Date.now() % 1_000_000;
      const target = await lab.addTarget(
        scriptCase.name,
        scriptCase.listening,
        addressesIn(scriptCase.policy)?.cidr,
      );
      await target.load(compilePolicy(scriptCase.policy));
      if (scriptCase.isUntracked) await target.untrack();
      const { letIn, disagreement } = await runScripts(scriptCase, target, { seed, count: SCRIPTS });
      expect({ seed, disagreement }).toEqual({ seed, disagreement: [] });
      // Scripts that never open a door would prove nothing.
      expect(letIn).toBeGreaterThan(SCRIPTS);
    },
  );
});
