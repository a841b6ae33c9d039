import { CommanderError } from "commander";
import { ComeInError } from "../components/client/comeIn";
import { KnockError } from "../components/client/knock";
import { CommandError, type FailureCode } from "./commandError";

export interface Failure {
  readonly exitCode: 0 | FailureCode;
  readonly lines: readonly string[];
}

/** Commander's messages for these name options and arguments as they are declared, never what was typed. */
const SAFE_USAGE_ERRORS: ReadonlySet<string> = new Set([
  "commander.missingArgument",
  "commander.optionMissingArgument",
  "commander.conflictingOption",
]);

/** Whatever ended the command, in words. What somebody typed is not repeated: it may be a sequence. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommandError) {
    return { exitCode: error.exitCode, lines: error.lines };
  }
  if (error instanceof CommanderError) {
    return describeUsage(error);
  }
  if (error instanceof KnockError || error instanceof ComeInError) {
    return { exitCode: 1, lines: [error.message] };
  }
  const name = error instanceof Error ? error.name : typeof error;
  return { exitCode: 1, lines: [`unexpected failure (${name}); report it, without the sequence`] };
}

function describeUsage(error: CommanderError): Failure {
  if (error.exitCode === 0) {
    return { exitCode: 0, lines: [] };
  }
  if (error.code === "commander.help") {
    return { exitCode: 2, lines: [] };
  }
  return { exitCode: 2, lines: [`${usageProblem(error)}; see "portknock --help"`] };
}

function usageProblem({ code, message }: CommanderError): string {
  if (SAFE_USAGE_ERRORS.has(code)) {
    return message.replace(/^error: /, "");
  }
  switch (code) {
    case "commander.unknownOption": {
      // Only the letters: `--sequnce=7000` must not be repeated whole.
      const option = /'(--[A-Za-z][A-Za-z-]*|-[A-Za-z])/.exec(message)?.[1];
      return option === undefined ? "unknown option" : `unknown option ${option}`;
    }
    case "commander.invalidArgument": {
      // Of an option or argument with choices, which are its own words; what was typed stands between.
      const [, option, argument, choices] =
        /^error: (?:option '[^']*?(--[a-z-]+)[^']*'|command-argument value .* for argument '([A-Z]+)'\.) .*Allowed choices are ([a-z, ]+)\.$/s.exec(
          message,
        ) ?? [];
      const name = option ?? argument;
      return name === undefined ? "not understood" : `${name}: is none of its choices, which are ${choices}`;
    }
    case "commander.excessArguments":
      return "too many arguments";
    default:
      return "not understood";
  }
}
