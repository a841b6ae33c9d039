import type { Problem } from "./policyError";
import { printNumber } from "./printNumber";

/** Names become parts of nftables objects and Pulumi resource names. */
export const NAME = /^[A-Za-z][A-Za-z0-9-]{0,31}$/;

export function isName(text: string): boolean {
  return NAME.test(text);
}

/** What is wrong with the nth key of a record. The key itself stays out: somebody may have put a sequence there. */
export function nameProblem(path: string, index: number): Problem {
  return {
    path,
    problem: `name ${printNumber(index + 1)} is not a name`,
    remedy: "begin with a letter, then letters, digits and dashes, 32 at most",
  };
}
