/** 1: refused or failed. 2: wrong usage: an unknown option, a missing file, text that is not what it should be. */
export type FailureCode = 1 | 2;

/** Ends the command: each line is `what is wrong; what to do`, printed on stderr after the command's name. */
export class CommandError extends Error {
  constructor(
    readonly exitCode: FailureCode,
    readonly lines: readonly string[],
  ) {
    super(lines.join("\n"));
    this.name = "CommandError";
  }
}

/** For a mistake in how the command was called. */
export function usageError(line: string): CommandError {
  return new CommandError(2, [line]);
}
