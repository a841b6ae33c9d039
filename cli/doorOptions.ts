import type { Command } from "commander";
import { readHost } from "./readHost";

/** Options of all commands that take hosts by their names: where these are known from, and which key of them is meant. */
export function addDoorOptions(command: Command): Command {
  return command
    .option("--stack <STACK>", "a stack of the Pulumi project that has the hosts, instead of those enrolled")
    .option("--cwd <FOLDER>", "where the Pulumi project is", ".")
    .option("--service <SERVICE>", "which service to open (default: the one that guards the port)")
    .option("--as <KNOCKER>", "as which knocker, by his name in the program");
}

/** Where somebody connects, of commands that make or take cards. */
export interface AddressFlags {
  readonly address?: string;
}

/** A stack knows how Pulumi comes to a host, which may be through a proxy or over a network that people are not on. */
export function addAddressOption(command: Command): Command {
  return command.option(
    "--address <HOST>",
    "where people connect, where that is not where Pulumi does",
    (text) => readHost(text, "--address"),
  );
}
