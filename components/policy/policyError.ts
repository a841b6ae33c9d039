/** One thing that is wrong: where, what, and what to do about it. Never holds a port of a sequence. */
export interface Problem {
  /** Where: `services.ssh.sequence`. */
  readonly path: string;
  /** What is wrong. */
  readonly problem: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** What is wrong and what to do about it; who asks knows where. */
export type Finding = Pick<Problem, "problem" | "remedy">;

/** Every problem of a policy at once. `message` is complete: one line a problem, sorted by path. */
export class PolicyError extends Error {
  /** All of them, sorted by path. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = sortProblems(problems);
    super(sorted.map(printProblem).join("\n"));
    this.name = "PolicyError";
    this.problems = sorted;
  }
}

/** By path, then by words. */
export function sortProblems(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => compare(a.path, b.path) || compare(a.problem, b.problem));
}

/** A problem as a person reads it: `path: what is wrong; what to do`. */
export function printProblem(problem: Problem): string {
  return `${problem.path}: ${problem.problem}; ${problem.remedy}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
