import type { Command } from "commander";
import { readPolicy } from "./readPolicy";
import { sourceName } from "./readText";

const EXAMPLES = `
Prints one line when the policy is fine, else every problem at once, one a line, without a port of a sequence.
Ends with 0 when the policy is fine, 1 when it is refused, 2 when it cannot be read or is not JSON.

Examples:
  $ portknock check policy.json
  $ pulumi config get policy | portknock check -`;

export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .summary("say what is wrong with a policy")
    .description("Validates a policy as the component does, before anything is touched.")
    .argument("<POLICY.json>", "the component's arguments in JSON, without hosts; - is stdin")
    .addHelpText("after", EXAMPLES)
    .action(runCheck);
}

async function runCheck(path: string): Promise<void> {
  const { services } = await readPolicy(path);
  const count = `${services.length} ${services.length === 1 ? "service" : "services"}`;
  const names = services.map(({ name }) => name).join(", ");
  process.stdout.write(`${sourceName(path)}: fine: ${count} guarded (${names})\n`);
}
