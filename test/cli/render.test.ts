import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { redactRuleset } from "../../components/review/redactRuleset";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { portknock } from "./portknock";

const INPUT = { services: { ssh: { ports: ["22"], sequence: "10000,2345,3456/udp,11234" } } };
const POLICY = JSON.stringify(INPUT);

describe("portknock render --redacted", { timeout: 30_000 }, () => {
  it("prints the ruleset with names for the ports of the sequence, and which names there are", async () => {
    const { exitCode, stdout, stderr } = await portknock(["render", "--redacted", "-"], POLICY);
    const { ruleset } = redactRuleset(parsePolicy(INPUT));
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: `# Names stand for the ports of the sequences. nft loads this where they are defined,
# each with --define NAME=PORT, or with a line \`define NAME = PORT\` above:
#   ssh_knock_1
#   ssh_knock_2
#   ssh_knock_3
#   ssh_knock_4
${printRuleset(ruleset)}`,
      stderr: "",
    });
    expect(stdout.match(/10000|2345|3456|11234/g)).toBe(null);
  });
});
