import type { Command } from "commander";
import { nearestOf } from "../components/policy/nearest";
import { usageError } from "./commandError";

/** The last command that is added: it knows the others. */
export function addHelpCommand(program: Command): void {
  program
    .command("help")
    .summary("print this help, or that of a command")
    .description("Prints the help of a command, or of all.")
    .argument("[COMMAND]", "whose help")
    .addHelpText("after", "\nExamples:\n  $ portknock help knock")
    .action((name: string | undefined) => {
      const asked = name === undefined ? program : findCommand(program, name);
      asked.outputHelp();
    });
}

/** @throws CommandError that names the nearest one where there is none of that name */
export function findCommand(program: Command, name: string): Command {
  const found = program.commands.find((each) => each.name() === name);
  if (found === undefined) {
    throw usageError(`${unknownCommand(program, name)}; see "portknock --help"`);
  }
  return found;
}

/** What was typed is not repeated: it may be a sequence. */
function unknownCommand(program: Command, name: string): string {
  const { word, slips } = nearestOf(
    name,
    program.commands.map((each) => each.name()),
  );
  return slips <= 2 ? `unknown command; ${word} is one` : "unknown command";
}
