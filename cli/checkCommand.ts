import { type Command, Option } from "commander";
import { printProblem } from "../components/policy/policyError";
import { type PolicyResult, tryParsePolicy } from "../components/policy/written/parsePolicy";
import { CommandError } from "./commandError";
import { readWrittenPolicy } from "./readPolicy";
import { sourceName } from "./readText";

interface CheckFlags {
  readonly format: "text" | "json";
}

const EXAMPLES = `
Prints one line when the policy is fine, else every problem at once, one a line. What is allowed and probably not
meant is a warning. Neither holds a port of a sequence. Ends with 0 when the policy is fine, warnings or not, 1 when
it is refused, 2 when it cannot be read, is not JSON, or has a key twice.

An editor that knows JSON Schema completes a policy that begins with
{ "$schema": "node_modules/pulumi-portknock/schema/policy.schema.json", ...

Examples:
  $ portknock check policy.json
  $ portknock check --format json policy.json
  $ pulumi config get policy | portknock check -`;

export function addCheckCommand(program: Command): void {
  program
    .command("check")
    .summary("say what is wrong with a policy")
    .description("Validates a policy as the component does, before anything is touched.")
    .argument("<POLICY.json>", "the component's arguments in JSON, without hosts; - is stdin")
    .addOption(
      new Option("--format <FORMAT>", "for a person or a program").choices(["text", "json"]).default("text"),
    )
    .addHelpText("after", EXAMPLES)
    .action(runCheck);
}

async function runCheck(path: string, { format }: CheckFlags): Promise<void> {
  const result = tryParsePolicy(await readWrittenPolicy(path), { now: Date.now() / 1000 });
  if (format === "json") {
    process.stdout.write(printJson(result));
    process.exitCode = result.kind === "value" ? 0 : 1;
    return;
  }
  const source = sourceName(path);
  if (result.kind === "refused") {
    throw new CommandError(
      1,
      result.problems.map((problem) => `${source}: ${printProblem(problem)}`),
    );
  }
  const { policy, warnings } = result;
  for (const warning of warnings) {
    process.stderr.write(`portknock: ${source}: warning: ${printProblem(warning)}\n`);
  }
  const { services } = policy;
  const count = `${services.length} ${services.length === 1 ? "service" : "services"}`;
  const names = services.map(({ name }) => name).join(", ");
  process.stdout.write(`${source}: fine: ${count} guarded (${names})\n`);
}

/** `version`, `isFine`, and what `problems` and `warnings` there are, each with `path`, `problem` and `remedy`. */
function printJson(result: PolicyResult): string {
  const printed =
    result.kind === "value"
      ? {
          isFine: true,
          services: result.policy.services.map(({ name }) => name),
          problems: [],
          warnings: result.warnings,
        }
      : { isFine: false, services: [], problems: result.problems, warnings: [] };
  return `${JSON.stringify({ version: 1, ...printed }, undefined, 2)}\n`;
}
