import type { z } from "zod";
import { pathOf } from "../path";
import type { Problem } from "../policyError";

/** zod's issues in our words. Values and unknown keys never appear: they may be a misplaced sequence. */
export function schemaProblems(path: string, error: z.ZodError): readonly Problem[] {
  return error.issues.map((issue) => {
    // The policy itself has no name of its own: its fields are `allow`, not `policy.allow`.
    const where = pathOf(path === "policy" && issue.path.length > 0 ? issue.path : [path, ...issue.path]);
    return issue.code === "invalid_type"
      ? { path: where, problem: "is missing or of another type", remedy: `give ${article(issue.expected)}` }
      : { path: where, ...split(issue.message) };
  });
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** Our schemas write their messages as `what is wrong; what to do`. */
function split(message: string): Pick<Problem, "problem" | "remedy"> {
  const [problem = "", remedy = "see the documentation of this field"] = message.split(/; (.*)/s);
  return { problem, remedy };
}
