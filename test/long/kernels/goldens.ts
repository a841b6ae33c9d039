import { goldenNames, goldenRuleset } from "../../support/goldens";
import { createChecks, type PartOptions, type PartOutcome } from "./part";

/** Every golden ruleset loads, with all its rules. */
export async function runGoldens({ guest, say }: PartOptions): Promise<PartOutcome> {
  const checks = createChecks(say);
  for (const name of goldenNames) {
    const ruleset = goldenRuleset(name);
    const { stdout, stderr } = await guest.run(
      "unshare -n sh -c 'nft -f /dev/stdin && nft list table inet portknock'",
      { input: ruleset, check: false },
    );
    checks.same(name, stderr || commentsOf(stdout), commentsOf(ruleset));
  }
  return checks.outcome();
}

function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(/comment "([^"]*)"/g)].map(([, comment = ""]) => comment).toSorted();
}
