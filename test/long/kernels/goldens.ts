import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createChecks, type PartOptions, type PartOutcome } from "./part";

const GOLDEN = join(import.meta.dirname, "../../golden");

/** Every golden ruleset loads, with all its rules. */
export async function runGoldens({ guest, say }: PartOptions): Promise<PartOutcome> {
  const checks = createChecks(say);
  const folders = readdirSync(GOLDEN, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    const ruleset = readFileSync(join(GOLDEN, name, "ruleset.nft"), "utf8");
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
