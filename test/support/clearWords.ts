import { PolicyError, type Problem } from "../../components/policy/policyError";

/** Everything that our own words may hold, and what they quote: names, networks, addresses. */
const CLEAR = /^[\w .,:;'"/+…{}-]+$/;
const PATH = /^[A-Za-z][\w.-]*(\[\d+\][\w.-]*)*$/;

/** What of some problems or warnings is no `path: what is wrong; what to do` in one line each; nothing where all are. */
export function unclearOf(problems: readonly Problem[]): string | undefined {
  const { message } = new PolicyError(problems);
  if (problems.length > 0 && message.split("\n").length !== problems.length) return message;
  const unclear = problems.find(
    ({ path, problem, remedy }) => !PATH.test(path) || !CLEAR.test(problem) || !CLEAR.test(remedy),
  );
  return unclear && JSON.stringify(unclear);
}

/** What a test asserts is clear, or the test fails. */
export function assertClear(problems: readonly Problem[]): void {
  const unclear = unclearOf(problems);
  if (unclear !== undefined) throw new Error(`unclear: ${unclear}`);
}
