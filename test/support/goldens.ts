import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const GOLDENS = join(__dirname, "../golden");

/** A folder for each: a policy, and the ruleset that the compiler makes of it. */
export const goldenNames: readonly string[] = readdirSync(GOLDENS, { withFileTypes: true }).flatMap(
  (entry) => (entry.isDirectory() ? [entry.name] : []),
);

/** As it is written, in JSON. */
export function goldenPolicy(name: string): unknown {
  return JSON.parse(readFileSync(join(GOLDENS, name, "policy.json"), "utf8"));
}

export function goldenRuleset(name: string): string {
  return readFileSync(join(GOLDENS, name, "ruleset.nft"), "utf8");
}
