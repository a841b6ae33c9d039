import type { z } from "zod";
import type { Problem } from "../policyError";

/** zod's issues in our words. Values and unknown keys never appear: they may be a misplaced sequence. */
export function schemaProblems(path: string, error: z.ZodError): readonly Problem[] {
  return error.issues.map((issue) => {
    const keys = issue.path.map((key) => (typeof key === "number" ? key + 1 : key));
    // The policy itself has no name of its own: its fields are `allow`, not `policy.allow`.
    const where = (path === "policy" && keys.length > 0 ? keys : [path, ...keys]).join(".");
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
