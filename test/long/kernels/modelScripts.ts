import { addressesIn } from "../../../components/policy/tokenNetwork";
import { compilePolicy } from "../../../components/ruleset/compilePolicy";
import { printRuleset } from "../../../components/ruleset/printRuleset";
import { runScripts } from "../../support/packets/scripts/runScripts";
import { SCRIPT_CASES } from "../../support/packets/scripts/scriptCases";
import { UNTRACKING } from "../../support/packets/scripts/scriptLab";
import type { PartOptions, PartOutcome } from "./part";

const SCRIPTS_OF_A_CASE = 16;
const GROUP = 8;

/** Random packet scripts: the guest's kernel and the model agree on every answer, admission and blacklist entry. */
export async function runModelScripts({ network, seed, say }: PartOptions): Promise<PartOutcome> {
  const wrong: string[] = [];
  let checked = 0;
  // One after the other: side by side they would hold each other up, and what is late proves nothing.
  for (const scriptCase of SCRIPT_CASES) {
    const { name, listening, policy } = scriptCase;
    const target = await network.addTarget(name, listening, addressesIn(policy)?.cidr);
    await target.load(printRuleset(compilePolicy(policy)));
    if (scriptCase.isUntracked) await target.load(UNTRACKING);
    const { played, letIn, disagreement } = await runScripts(scriptCase, target, {
      seed,
      count: SCRIPTS_OF_A_CASE,
      groupSize: GROUP,
      isShrinking: true,
    });
    checked += played;
    say(`${name}: ${played} scripts, let in ${letIn} times`);
    if (disagreement.length > 0) {
      wrong.push(`${name}:\n  ${disagreement.join("\n  ")}`);
      say(`WRONG: ${wrong.at(-1)}`);
    }
  }
  return { checked, wrong };
}
