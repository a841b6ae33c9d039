import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import type { DescribedHost } from "./describedHost";
import { judgePolicy } from "./judgePolicy";
import type { Policy } from "./policy/policy";
import { PolicyError, printProblem } from "./policy/policyError";

/** The validated policy, or an error of the component with all problems. Its warnings are logged on the component. */
export function validatePolicy(
  component: pulumi.Resource,
  args: PortKnockFirewallArgs,
  hosts: readonly DescribedHost[],
): pulumi.Output<Policy> {
  return judgePolicy(args, hosts).apply((verdict) => {
    if (verdict.kind === "refused") {
      return withoutStack(component, () => {
        throw new PolicyError(verdict.problems);
      });
    }
    for (const warning of verdict.warnings) {
      pulumi.log.warn(printProblem(warning), component);
    }
    return verdict.policy;
  });
}

/** Runs a validation; a refused policy becomes an error of the component that prints its message and no more. */
export function withoutStack<T>(component: pulumi.Resource, validate: () => T): T {
  try {
    return validate();
  } catch (error) {
    throw error instanceof PolicyError ? toResourceError(error.message, component) : error;
  }
}

/** The SDK puts `error serializing property …` before the message of an error for each property it passes, and
 * prints the stack of one that arrives when the program's last line has run. This error lets neither happen. */
function toResourceError(message: string, component: pulumi.Resource): pulumi.ResourceError {
  return Object.defineProperties(new pulumi.ResourceError(message, component, true), {
    message: { get: () => message, set: () => {} },
    stack: { value: message },
  });
}
