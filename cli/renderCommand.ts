import type { Command } from "commander";
import { derivedPaths } from "../components/policy/hostPolicy";
import type { Policy } from "../components/policy/policy";
import { redactRuleset } from "../components/review/redactRuleset";
import { compilePolicy } from "../components/ruleset/compilePolicy";
import { printRuleset } from "../components/ruleset/printRuleset";
import { usageError } from "./commandError";
import { POLICY_ARGUMENT, policyOfHost, readFleet } from "./readPolicy";

interface RenderFlags {
  readonly host?: string;
  readonly redacted?: true;
}

const EXAMPLES = `
The ruleset contains the sequences: keep it as secret as the policy. With --redacted it contains none of their ports.

Examples:
  $ portknock render policy.json | sudo nft --check --file -
  $ pulumi config get policy | portknock render -
  $ portknock render --host web-1 policy.json | sudo nft --check --file -
  $ portknock render --redacted policy.json > review.nft
  $ nft --define ssh_knock_1=7000 --define ssh_knock_2=8000 --check --file review.nft`;

export function addRenderCommand(program: Command): void {
  program
    .command("render")
    .summary("print the nftables ruleset of a policy")
    .description("Prints the nftables ruleset that a host with this policy gets. Touches no host.")
    .argument("<POLICY.json>", POLICY_ARGUMENT)
    .option(
      "--host <NAME>",
      "whose ruleset it is, where hosts differ or sequences are derived: a name as the program has it",
    )
    .option("--redacted", "names like $ssh_knock_2 instead of the ports of sequences")
    .addHelpText("after", EXAMPLES)
    .action(runRender);
}

async function runRender(path: string, { host, redacted }: RenderFlags): Promise<void> {
  const fleet = await readFleet(path);
  const [derived] = derivedPaths(fleet.policy);
  if (host === undefined && derived !== undefined) {
    throw usageError(`${derived} is another one on each host; give --host, a name as the program has it`);
  }
  const policy = policyOfHost(fleet, host);
  process.stdout.write(redacted === true ? renderRedacted(policy) : printRuleset(compilePolicy(policy)));
}

function renderRedacted(policy: Policy): string {
  const { ruleset, names } = redactRuleset(policy);
  const header = [
    "# Names stand for the ports of the sequences. nft loads this where they are defined,",
    "# each with --define NAME=PORT, or with a line `define NAME = PORT` above:",
    ...names.map(({ name }) => `#   ${name}`),
  ];
  return `${header.join("\n")}\n${printRuleset(ruleset)}`;
}
