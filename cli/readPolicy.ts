import { hostPolicies } from "../components/policy/hostPolicy";
import type { Policy } from "../components/policy/policy";
import { type Problem, printProblem, sortProblems } from "../components/policy/policyError";
import { listSome } from "../components/policy/printNumber";
import { tryParsePolicy, type WrittenFleet } from "../components/policy/written/parsePolicy";
import { CommandError, usageError } from "./commandError";
import { findSyntaxFault, MAX_LEVELS } from "./jsonSyntax";
import { readText, sourceName } from "./readText";
import { parseHostName } from "./readTokenSecret";
import { repeatedKeys } from "./repeatedKeys";

/** What a policy file is, in a command's help. */
export const POLICY_ARGUMENT = "the component's arguments in JSON, hosts or none; - is stdin";

/** Reads and validates a policy in JSON: the component's arguments, with or without `hosts`. `-` is standard input. */
export async function readFleet(path: string): Promise<WrittenFleet> {
  const result = tryParsePolicy(await readWrittenPolicy(path));
  if (result.kind === "refused") {
    throw policyRefused(path, result.problems);
  }
  return result;
}

export function policyRefused(path: string, problems: readonly Problem[]): CommandError {
  return new CommandError(
    1,
    problems.map((problem) => `${sourceName(path)}: ${printProblem(problem)}`),
  );
}

/**
 * What one host is to do.
 *
 * @param host as it is given in `--host`; needed where hosts differ
 */
export function policyOfHost({ policy, hosts = [] }: WrittenFleet, host: string | undefined): Policy {
  const { groups, ownDifferences } = policy;
  const known = hosts.map(({ name }) => name);
  const differing = [...groups.flatMap((group) => group.hosts), ...ownDifferences.map((own) => own.host)];
  const [example] = differing;
  const name = host === undefined ? undefined : parseHostName(host, "--host");
  if (name === undefined && example !== undefined) {
    throw usageError(`hosts may differ; give --host, such as ${example}`);
  }
  if (name !== undefined && known.length > 0 && !known.includes(name)) {
    throw usageError(`--host: is none of the hosts; they are ${listSome(known)}`);
  }
  if (name !== undefined && known.length === 0 && example !== undefined && !differing.includes(name)) {
    process.stderr.write(`portknock: no group has a host ${name}: what follows is what all hosts have\n`);
  }
  return hostPolicies(policy)(name ?? "").policy;
}

/** The JSON as it is written, not validated. */
export async function readWrittenPolicy(path: string): Promise<unknown> {
  return parseJson(path, (await readText(path)).replace(/^\uFEFF/, ""));
}

/** A policy with a hundred thousand networks has fewer. */
const MAX_CHARACTERS = 8_000_000;

/** The parser's own message quotes the text around the error, and that may be a sequence. */
function parseJson(path: string, text: string): unknown {
  const source = sourceName(path);
  if (text.length > MAX_CHARACTERS) {
    throw usageError(`${source}: has more than 8 million characters, too many for a policy; check the file`);
  }
  const fault = findSyntaxFault(text);
  if (fault !== undefined) {
    const { kind, line, column } = fault;
    const problem =
      kind === "notJson"
        ? "is not JSON; correct it there"
        : `is nested deeper than ${MAX_LEVELS} levels; a policy needs fewer`;
    throw usageError(`${source}: line ${line}, column ${column} ${problem}`);
  }
  const repeated = repeatedKeys(text);
  if (repeated.length > 0) {
    throw new CommandError(
      2,
      sortProblems(repeated).map((problem) => `${source}: ${printProblem(problem)}`),
    );
  }
  return JSON.parse(text);
}
