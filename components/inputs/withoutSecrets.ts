import type { Problem } from "../policy/policyError";

/** The problem without the networks that it names, where one of these paths leads to what it is about. */
export function withoutSecrets<P extends Problem>(problem: P, secretPaths: readonly string[]): P {
  const isAboutSecret = secretPaths.some(
    (path) => isWithin(path, problem.path) || isWithin(problem.path, path),
  );
  return isAboutSecret
    ? { ...problem, problem: hideNetworks(problem.problem), remedy: hideNetworks(problem.remedy) }
    : problem;
}

/** Sequences and keys are in no message anyhow. A network is, for who reads it must know which one is meant. */
function hideNetworks(text: string): string {
  return text.replace(/[0-9a-f]*[.:][0-9a-f.:]*\/\d+/gi, "(secret)");
}

function isWithin(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}.`);
}
