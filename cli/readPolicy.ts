import { parsePolicy } from "../components/policy/parsePolicy";
import type { Policy } from "../components/policy/policy";
import { PolicyError } from "../components/policy/policyError";
import { CommandError, usageError } from "./commandError";
import { findSyntaxError } from "./jsonSyntax";
import { readText, sourceName } from "./readText";

/** Reads and validates a policy in JSON: the component's arguments without `hosts`. `-` is standard input. */
export async function readPolicy(path: string): Promise<Policy> {
  const input = await readWrittenPolicy(path);
  try {
    return parsePolicy(input);
  } catch (error) {
    if (error instanceof PolicyError) {
      throw new CommandError(
        1,
        error.message.split("\n").map((line) => `${sourceName(path)}: ${line}`),
      );
    }
    throw error;
  }
}

/** The JSON as it is written, not validated. */
export async function readWrittenPolicy(path: string): Promise<unknown> {
  return parseJson(path, (await readText(path)).replace(/^\uFEFF/, ""));
}

/** The parser's own message quotes the text around the error, and that may be a sequence. */
function parseJson(path: string, text: string): unknown {
  const position = findSyntaxError(text);
  if (position !== undefined) {
    const { line, column } = position;
    throw usageError(`${sourceName(path)}: line ${line}, column ${column} is not JSON; correct it there`);
  }
  return JSON.parse(text);
}
