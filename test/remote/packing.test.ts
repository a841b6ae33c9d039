import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { pack, packRuleset } from "../../components/remote/packing";
import { dictionaryPart } from "../support/dictionary";
import { goldenNames, goldenRuleset } from "../support/goldens";
import { unpack, unpackRuleset } from "../support/sentScript";
import { callSourced, dashProblem } from "../support/sourcedScript";

const goldens = goldenNames.map((name) => [name, goldenRuleset(name)] as const);
const texts = [...goldens, ["a text that shares nothing", "§ ø\n"], ["a blank", " "]] as const;

/** What the host script makes of what travels. */
function unpackedByHost(packed: string): string {
  const calls = `
    work=/run/work
    digest() { echo d; }
    unstage() { :; }
    rm() { :; }
    unpack_ruleset
    cat "$work/ruleset.nft"`;
  return callSourced({
    transcript: "",
    files: {
      "/run/work/payload": `script d\n\n${packed}`,
      "/run/work/manifest": "script d\n",
      "/run/work/host.sh": "",
    },
    calls,
  });
}

const problem = dashProblem();
if (problem !== undefined) console.warn(`skipped: what a host unpacks: ${problem}`);

describe("a ruleset that travels", () => {
  it("leaves at home what golden rulesets share", async () => {
    await expect(dictionaryPart()).toMatchFileSnapshot(
      join(import.meta.dirname, "../../components/remote/host/dictionary.sh"),
    );
  });

  it.each(goldens)("is shorter for it by a third at least: %s", (_, ruleset) => {
    expect(packRuleset(ruleset).length).toBeLessThan((pack(ruleset).length * 2) / 3);
  });

  it.each(texts)("comes back as itself: %s", (_, text) => {
    expect(unpackRuleset(packRuleset(text))).toBe(text);
    expect(unpack(pack(text))).toBe(text);
  });

  it.skipIf(problem !== undefined).each(texts)("is unpacked by the host script: %s", (_, text) => {
    expect(unpackedByHost(packRuleset(text))).toBe(text);
  });

  const packed = Buffer.from(packRuleset("table inet t { }\n".repeat(30)), "base64");
  const lineOf = (bytes: Uint8Array): string => `${Buffer.from(bytes).toString("base64")}\n`;

  it.skipIf(problem !== undefined).each([
    ["nothing", "\n"],
    ["half of it", lineOf(packed.subarray(0, packed.length / 2))],
    ["all but its checksum", lineOf(packed.subarray(0, -8))],
    ["another checksum", lineOf(packed.with(-8, ~(packed.at(-8) ?? 0)))],
    ["what was packed by another dictionary", pack("table inet t { }\n")],
  ])("is not taken for rules where %s arrives", (_, arrived) => {
    expect(unpackedByHost(arrived)).toBe(
      "portknock: the rules did not arrive as they were sent; make room on /run, then try again\n",
    );
  });

  it("is packed as on every machine, byte for byte", () => {
    expect(pack("table inet t { }\n".repeat(3))).toBe(
      "H4sIAAAAAAACAytJTMpJVcjMSy1RKFGoVqjlIiwAAJZLTKAzAAAA\n",
    );
  });
});
