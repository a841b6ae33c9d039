import { PolicyError, printProblem } from "../../components/policy/policyError";
import { parsePolicy, tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { assertClear } from "./clearWords";

/** What parsePolicy says against an input, one line a problem; empty when it takes it. */
export function problemsOf(input: unknown): readonly string[] {
  try {
    parsePolicy(input);
    return [];
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    assertClear(error.problems);
    return error.message.split("\n");
  }
}

/** What a policy that is taken is warned of, one line a warning. */
export function warningsOf(input: unknown): readonly string[] {
  const result = tryParsePolicy(input);
  const warnings = result.kind === "value" ? result.warnings : [];
  assertClear(warnings);
  return warnings.map(printProblem);
}

/** A policy with these services: each `[ports, sequence]`. */
export function guarding(services: Readonly<Record<string, readonly [string, string]>>) {
  const entries = Object.entries(services).map(([name, [ports, sequence]]) => [
    name,
    { ports: ports.split(" "), sequence },
  ]);
  return { services: Object.fromEntries(entries) };
}

/** One valid service, `ssh`, with some fields of its own. */
export function ssh(fields: Readonly<Record<string, unknown>> = {}) {
  return { services: { ssh: { ports: ["22"], sequence: "7000,8000,9000", ...fields } } };
}
