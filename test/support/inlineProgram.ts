// Runs the project in the current folder as an inline program of the Automation API, in a process of its own:
// OPERATION STACK [FLAG…]. What the engine prints goes to stdout, what the caller catches to stderr, and what the
// caller is told of each step to the file `events`.
import { appendFileSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { LocalWorkspace, type PreviewOptions, type Stack, type UpOptions } from "@pulumi/pulumi/automation";

const OPERATIONS: Readonly<
  Record<string, (stack: Stack, options: PreviewOptions & UpOptions) => Promise<unknown>>
> = {
  preview: (stack, options) => stack.preview(options),
  up: (stack, options) => stack.up(options),
  destroy: (stack) => stack.destroy(OUTPUT),
};

/** What it is told of without being asked. */
const OUTPUT = {
  color: "never",
  onOutput: (text: string): void => void process.stdout.write(text),
  onEvent: (event: object): void => appendFileSync("events", `${JSON.stringify(event)}\n`),
} as const;

async function main(args: readonly string[]): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      "continue-on-error": { type: "boolean" },
      debug: { type: "boolean" },
      diff: { type: "boolean" },
      "expect-no-changes": { type: "boolean" },
      replace: { type: "string", multiple: true },
    },
  });
  const [name = "", stackName = ""] = positionals;
  const operation = OPERATIONS[name];
  if (operation === undefined) throw new Error(`cannot do ${name}`);
  const [, entry = ""] = /^main: (.*)$/m.exec(readFileSync("Pulumi.yaml", "utf8")) ?? [];
  const program = async (): Promise<object> => require(resolve(entry));
  const stack = await LocalWorkspace.selectStack(
    { stackName, projectName: "portknock-fleet", program },
    { workDir: process.cwd() },
  );
  await operation(stack, {
    ...OUTPUT,
    continueOnError: flags["continue-on-error"] ?? false,
    debug: flags.debug ?? false,
    diff: flags.diff ?? false,
    expectNoChanges: flags["expect-no-changes"] ?? false,
    replace: flags.replace ?? [],
  });
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(error.message);
  process.exitCode = 1;
});
