import type { Command } from "commander";

/** Options of all commands that take hosts by their names: where these are known from, and which key of them is meant. */
export function addDoorOptions(command: Command): Command {
  return command
    .option("--stack <STACK>", "a stack of the Pulumi project that has the hosts, instead of those enrolled")
    .option("--cwd <FOLDER>", "where the Pulumi project is", ".")
    .option("--service <SERVICE>", "which service to open (default: the one that guards the port)")
    .option("--as <KNOCKER>", "as which knocker, by his name in the program");
}
