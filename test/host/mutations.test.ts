import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addressesIn } from "../../components/policy/tokenNetwork";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { MUTATIONS } from "../support/mutations";
import { runScripts } from "../support/packets/scripts/runScripts";
import { SCRIPT_CASES } from "../support/packets/scripts/scriptCases";
import { createScriptLab, type ScriptLab, scriptLabProblem } from "../support/packets/scripts/scriptLab";
import { TOKEN_MUTATIONS } from "../support/tokenMutations";

const problem = scriptLabProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

/** As many as each policy gets in `npm test`; these are always the same ones. */
const SCRIPTS = { seed: 1, count: 60 };

describe.skipIf(problem !== undefined)("the random packets find it out when", () => {
  let lab: ScriptLab;
  const targets = new Map(
    SCRIPT_CASES.map((scriptCase) => {
      let target: ReturnType<ScriptLab["addTarget"]> | undefined;
      const open = () =>
        (target ??= lab.addTarget(
          scriptCase.name,
          scriptCase.listening,
          addressesIn(scriptCase.policy)?.cidr,
        ));
      return [scriptCase.name, { scriptCase, open, inTurn: pLimit(1) }];
    }),
  );

  beforeAll(async () => {
    lab = await createScriptLab();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.concurrent.each([...MUTATIONS, ...TOKEN_MUTATIONS])("$name", async ({ caseName, mutate }) => {
    const found = targets.get(caseName);
    if (found === undefined) throw new Error(`no case is called ${caseName}`);
    const { scriptCase, open, inTurn } = found;
    await inTurn(async () => {
      const target = await open();
      await target.load(mutate(compilePolicy(scriptCase.policy)));
      const { disagreement } = await runScripts(scriptCase, target, SCRIPTS);
      expect(disagreement.length).toBeGreaterThan(0);
    });
  });
});
