import { pathAndParents } from "../policy/path";
import type { Problem } from "../policy/policyError";

/** The problem without the networks and moments that it names, where one of these paths leads to what it is about. */
export function withoutSecrets<P extends Problem>(problem: P, secretPaths: readonly string[]): P {
  const isAboutSecret = secretPaths.some(
    (path) => isWithin(path, problem.path) || isWithin(problem.path, path),
  );
  return isAboutSecret
    ? { ...problem, problem: hide(problem.problem), remedy: hide(problem.remedy) }
    : problem;
}

/** Sequences and keys are in no message anyhow. Networks and moments are, for who reads it must know which one is meant. */
function hide(text: string): string {
  return text.replace(/[0-9a-f]*[.:][0-9a-f.:]*\/\d+|\d{4}-\d\d-\d\dT[\d:]+Z/gi, "(secret)");
}

function isWithin(path: string, other: string): boolean {
  return pathAndParents(path).includes(other);
}
