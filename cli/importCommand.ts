import { type Command, Option } from "commander";
import type { Note } from "../components/import/imported";
import { FORMATS, type Format, importFile } from "../components/import/importFile";
import { printNotes } from "../components/import/printNotes";
import { CommandError, usageError } from "./commandError";
import { readText, sourceName } from "./readText";

interface ImportFlags {
  readonly from?: Format;
}

const EXAMPLES = `
Examples:
  $ portknock import /etc/knockd.conf`;

export function addImportCommand(program: Command): void {
  program
    .command("import")
    .summary("make a policy of the configuration of knockd")
    .description("Prints a policy that does what a file of another program does.")
    .argument("<FILE>", "knockd.conf; - is stdin")
    .addOption(
      new Option("--from <PROGRAM>", "whose file it is; without it, its shape tells").choices(FORMATS),
    )
    .addHelpText("after", EXAMPLES)
    .action(runImport);
}

async function runImport(path: string, { from }: ImportFlags): Promise<void> {
  const source = sourceName(path);
  const result = importFile(await readText(path), from);
  if (result.kind === "otherFile") {
    throw usageError(`${source}: is no file of ${FORMATS.join(", ")}; name its program with --from`);
  }
  say(source, result.notes);
  if (result.kind === "nothing") {
    throw new CommandError(1, [`${source}: no service could be taken over; the lines above say why`]);
  }
  process.stdout.write(`${JSON.stringify(result.policy, undefined, 2)}\n`);
  if (result.problems.length > 0) {
    throw new CommandError(1, printNotes(source, result.problems));
  }
}

function say(source: string, notes: readonly Note[]): void {
  for (const line of printNotes(source, notes)) {
    process.stderr.write(`portknock: ${line}\n`);
  }
}
