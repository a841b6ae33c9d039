import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import type { DescribedHost } from "./describedHost";
import { judgePolicy } from "./judgePolicy";
import type { Policy } from "./policy/policy";
import { PolicyError, type Problem, printProblem } from "./policy/policyError";
import { pastProgramGate } from "./programGate";

/** The validated policy, or an error of the component with all problems. Its warnings are logged on the component. */
export function validatePolicy(
  component: pulumi.Resource,
  args: PortKnockFirewallArgs,
  hosts: readonly DescribedHost[],
): pulumi.Output<Policy> {
  const { early, verdict } = judgePolicy(args, hosts);
  const errorOf = oneErrorOf(component);
  const policy = verdict.apply((judged) => {
    if (judged.kind === "refused") {
      throw errorOf(judged.problems);
    }
    for (const warning of judged.warnings) {
      pulumi.log.warn(printProblem(warning), component);
    }
    return judged.policy;
  });
  const refusal = early.apply((problems) => () => (problems.length > 0 ? errorOf(problems) : undefined));
  return pastProgramGate(policy, refusal);
}

/** Runs a validation; a refused policy becomes an error of the component that prints its message and no more. */
export function withoutStack<T>(component: pulumi.Resource, validate: () => T): T {
  try {
    return validate();
  } catch (error) {
    throw error instanceof PolicyError ? toResourceError(error.message, component) : error;
  }
}

/** The SDK prints each error once, so whoever stops because of a refusal throws the same one. */
function oneErrorOf(component: pulumi.Resource): (problems: readonly Problem[]) => Error {
  let error: Error | undefined;
  return (problems) => {
    error ??= toResourceError(new PolicyError(problems).message, component);
    return error;
  };
}

/** The SDK puts `error serializing property …` before the message of an error for each property it passes, and
 * prints the stack of one that arrives when the program's last line has run. This error lets neither happen. */
function toResourceError(message: string, component: pulumi.Resource): pulumi.ResourceError {
  return Object.defineProperties(new pulumi.ResourceError(message, component, true), {
    message: { get: () => message, set: () => {} },
    stack: { value: message },
  });
}
