import { Argument, type Command } from "commander";
import { type CompletedCommand, completionScript, SHELLS, type Shell } from "./completionScripts";

const EXAMPLES = `
The script completes commands and options by itself and starts nothing: what was typed so far may hold a sequence.

Examples:
  $ portknock completion bash >> ~/.bashrc
  $ portknock completion zsh >> ~/.zshrc
  $ portknock completion fish > ~/.config/fish/completions/portknock.fish`;

export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .summary("print a script by which a shell completes portknock")
    .description("Prints a script that completes the commands and options of portknock.")
    .addArgument(new Argument("<SHELL>", "which shell").choices([...SHELLS]))
    .addHelpText("after", EXAMPLES)
    .action((shell: Shell) => {
      process.stdout.write(completionScript(shell, program.commands.map(completed)));
    });
}

function completed(command: Command): CompletedCommand {
  return {
    name: command.name(),
    summary: command.summary(),
    options: command.options.flatMap(({ long, description, required, optional, argChoices }) =>
      long === undefined || long === null
        ? []
        : [{ long, words: description, takesValue: required || optional, choices: argChoices ?? [] }],
    ),
  };
}
