import { type Command, Option } from "commander";
import { isName } from "../components/policy/nameProblem";
import { connectionPath } from "../components/policy/path";
import { printProblem, sortProblems } from "../components/policy/policyError";
import { printNumber } from "../components/policy/printNumber";
import { toEntries } from "../components/policy/written/parseFields";
import { type PolicyResult, tryParsePolicy } from "../components/policy/written/parsePolicy";
import { POLICY_ARGUMENT, policyRefused, readWrittenPolicy } from "./readPolicy";
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
    .argument("<POLICY.json>", POLICY_ARGUMENT)
    .addOption(
      new Option("--format <FORMAT>", "for a person or a program").choices(["text", "json"]).default("text"),
    )
    .addHelpText("after", EXAMPLES)
    .action(runCheck);
}

async function runCheck(path: string, { format }: CheckFlags): Promise<void> {
  const result = await judge(await readWrittenPolicy(path));
  if (format === "json") {
    process.stdout.write(printJson(result));
    process.exitCode = result.kind === "value" ? 0 : 1;
    return;
  }
  const source = sourceName(path);
  if (result.kind === "refused") {
    throw policyRefused(path, result.problems);
  }
  const { policy, hosts, warnings } = result;
  for (const warning of warnings) {
    process.stderr.write(`portknock: ${source}: warning: ${printProblem(warning)}\n`);
  }
  const { services } = policy;
  const names = services.map(({ name }) => name).join(", ");
  const where = hosts === undefined ? "" : ` on ${counted(hosts.length, "host")}`;
  process.stdout.write(
    `${source}: fine: ${counted(services.length, "service")} guarded (${names})${where}\n`,
  );
}

function counted(count: number, noun: string): string {
  return `${printNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** As the component does, before it asks a host. */
async function judge(input: unknown): Promise<PolicyResult> {
  const { problems, warnings } = await judgeConnections(input);
  const result = tryParsePolicy(input, { found: problems, now: Date.now() / 1000 });
  return result.kind === "refused"
    ? result
    : { ...result, warnings: sortProblems([...result.warnings, ...warnings]) };
}

/** What only one who dials would find. What no connection is, the policy's own fields say. */
async function judgeConnections(input: unknown) {
  const { hosts } = Object.fromEntries(toEntries(input) ?? []);
  const written = (toEntries(hosts) ?? []).flatMap(([name, host]) => {
    const { connection } = Object.fromEntries(toEntries(host) ?? []);
    return connection === undefined || !isName(name) ? [] : [{ path: connectionPath(name), connection }];
  });
  if (written.length === 0) {
    return { problems: [], warnings: [] };
  }
  const { dialProblems, hostKeyWarnings, parseConnection } = await import(
    "../components/remote/connection.js"
  );
  const found = written.flatMap(({ path, connection }) => {
    const result = parseConnection(path, connection);
    return result.kind === "refused" ? [] : [{ path, ...result }];
  });
  return {
    problems: found.flatMap(({ path, connection }) => dialProblems(path, connection)),
    warnings: found.flatMap(({ path, connection }) => hostKeyWarnings(path, connection)),
  };
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
