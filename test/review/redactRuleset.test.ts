import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Knock, Policy } from "../../components/policy/policy";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { redactRuleset } from "../../components/review/redactRuleset";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { nftProblem } from "../support/checkRuleset";
import { goldenNames, goldenPolicy } from "../support/goldens";
import { withKnocks } from "../support/withKnocks";

const problem = nftProblem();
if (problem !== undefined) console.warn(`skipped: loading redacted rulesets: ${problem}`);

const policyOf = (name: string): Policy => parsePolicy(goldenPolicy(name));

describe.each(goldenNames)("the redacted ruleset of %s", (name) => {
  const policy = policyOf(name);
  const { ruleset, names } = redactRuleset(policy);

  it("is the same whatever ports the sequences have, and whatever their order", () => {
    // Ports that nothing else in the policy has, in falling order.
    expect(printRuleset(redactRuleset(withOtherPorts(policy)).ruleset)).toBe(printRuleset(ruleset));
  });

  it("is the ruleset once the names are ports again", () => {
    const ports = new Map(names.map((each) => [`$${each.name}`, `${each.port}`]));
    const filled = printRuleset(ruleset).replace(/\$[\w-]+/g, (text) => ports.get(text) ?? text);
    expect(sortedElements(filled)).toEqual(sortedElements(printRuleset(compilePolicy(policy))));
  });

  it.skipIf(problem !== undefined)("is loaded by nft where the names are defined", () => {
    const defines = names.flatMap((each) => ["--define", `${each.name}=${each.port}`]);
    expect(listing(printRuleset(ruleset), defines)).toEqual(listing(printRuleset(compilePolicy(policy)), []));
  });
});

describe("the names in a redacted ruleset", () => {
  it("say whose knock it is, and which", () => {
    const namesOf = (name: string) => redactRuleset(policyOf(name)).names.map((each) => each.name);
    expect(namesOf("minimal")).toEqual(["ssh_knock_1", "ssh_knock_2"]);
    expect(namesOf("shared-prefix")).toEqual([
      ...["admin_knock_1", "admin_knock_2", "admin_knock_3"],
      ...["backup_knock_3", "ssh_knock_2", "ssh_knock_3"],
    ]);
    expect(namesOf("baseline-full")).toEqual([
      ...["ssh_knock_1", "ssh_knock_2", "ssh_knock_3"],
      ...["ssh_close_knock_1", "ssh_close_knock_2"],
    ]);
  });
});

function withOtherPorts(policy: Policy): Policy {
  const others = new Map<string, Knock>();
  const other = ({ protocol, port }: Knock): Knock => {
    const known = others.get(`${protocol} ${port}`) ?? { protocol, port: 65_000 - others.size };
    others.set(`${protocol} ${port}`, known);
    return known;
  };
  return withKnocks(policy, other);
}

/** The lines without the commas between elements, each set's elements sorted and once. */
function sortedElements(text: string): readonly string[] {
  return text.split(/(?<=\n\t\})\n/).flatMap((block) => {
    const lines = block.split("\n").map((line) => line.replace(/,$/, ""));
    return /^\t(set|map) /m.test(block) ? [...new Set(lines)].toSorted() : lines;
  });
}

/** What nft has loaded, in any order: its hashes have a random one. */
function listing(text: string, defines: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "portknock-redacted-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "ruleset.nft");
  writeFileSync(path, text);
  const { status, stdout, stderr } = spawnSync(
    "unshare",
    ["-rn", "sh", "-c", 'nft "$@" && nft list table inet portknock', "sh", ...defines, "--file", path],
    { encoding: "utf8", timeout: 30_000 },
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout
    .replace(/^\s*elements = \{/gm, "")
    .split(/[\n,}]/)
    .map((part) => part.trim())
    .toSorted();
}
