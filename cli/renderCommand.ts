import type { Command } from "commander";
import { compilePolicy } from "../components/ruleset/compilePolicy";
import { printRuleset } from "../components/ruleset/printRuleset";
import { readPolicy } from "./readPolicy";

const EXAMPLES = `
The ruleset contains the sequences: keep it as secret as the policy.

Examples:
  $ portknock render policy.json | sudo nft --check --file -
  $ pulumi config get policy | portknock render -`;

export function addRenderCommand(program: Command): void {
  program
    .command("render")
    .summary("print the nftables ruleset of a policy")
    .description("Prints the nftables ruleset that every host with this policy gets. Touches no host.")
    .argument("<POLICY.json>", "the component's arguments in JSON, without hosts; - is stdin")
    .addHelpText("after", EXAMPLES)
    .action(runRender);
}

async function runRender(path: string): Promise<void> {
  process.stdout.write(printRuleset(compilePolicy(await readPolicy(path))));
}
