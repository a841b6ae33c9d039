import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { checkRuleset, nftProblem } from "../support/checkRuleset";

const folder = import.meta.dirname;
const cases = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const problem = nftProblem();
if (problem !== undefined) console.warn(`skipped: loading the goldens: ${problem}`);

describe("the compiler", () => {
  it("has a golden for each of these cases", () => {
    expect(cases).toEqual([
      "article",
      "baseline",
      "baseline-full",
      "drop",
      "flows",
      "identity",
      "knockd-2016",
      "knockers",
      "knockers-baseline",
      "log",
      "minimal",
      "mixed",
      "once-and-close",
      "ranges",
      "recent-2016",
      "shared-prefix",
      "shared-sequence",
      "tokens",
      "tokens-address",
      "tokens-baseline",
      "udp-only",
      "unban",
      "v6-allow",
    ]);
  });

  it.each(cases)("compiles %s to exactly its golden ruleset", async (name) => {
    const read = (file: string) => JSON.parse(readFileSync(join(folder, name, file), "utf8"));
    // A policy in a file has no hosts; what one of them has of its own stands beside it.
    const hosts = existsSync(join(folder, name, "hosts.json")) ? { hosts: read("hosts.json") } : {};
    const policy = parsePolicy({ ...read("policy.json"), ...hosts }, "host");
    await expect(printRuleset(compilePolicy(policy))).toMatchFileSnapshot(join(folder, name, "ruleset.nft"));
  });
});

describe.skipIf(problem !== undefined)("nft", () => {
  it.each(cases)("takes the golden ruleset of %s", (name) => {
    expect(checkRuleset(join(folder, name, "ruleset.nft"))).toBe("");
  });
});
