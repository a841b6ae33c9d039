import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import type { DescribedHost } from "./describedHost";
import { ifKnown, withoutDependencies } from "./ifKnown";
import { isName, nameProblem } from "./policy/nameProblem";
import { parsePolicy } from "./policy/parsePolicy";
import type { Policy } from "./policy/policy";
import { PolicyError, type Problem } from "./policy/policyError";
import type { Connection, ConnectionResult } from "./remote/connection";

/**
 * The validated policy, or one error with all problems of rules and connections. What a preview cannot know yet
 * is checked when it is known.
 */
export function validatePolicy(
  component: pulumi.Resource,
  args: PortKnockFirewallArgs,
  hosts: readonly DescribedHost[],
): pulumi.Output<Policy> {
  // Without dependencies, or every host's commands would hang on every other host's machine.
  const connections = withoutDependencies(pulumi.all(hosts.map(({ connection }) => ifKnown(connection))));
  const { hosts: described, ...rules } = args;
  const misnamed = Object.keys(described).flatMap((name, index) =>
    isName(name) ? [] : [nameProblem("hosts", index)],
  );
  return pulumi.all([rules, connections]).apply(([resolved, results]) => {
    const named = hosts.map(({ name }, index) => ({ name, result: results[index] }));
    return withoutStack(component, () => parse(resolved, named, misnamed));
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

interface NamedResult {
  readonly name: string;
  readonly result: ConnectionResult | undefined;
}

function parse(rules: object, connections: readonly NamedResult[], misnamed: readonly Problem[]): Policy {
  const refused = connections.flatMap(({ name, result }) => connectionProblems(name, result));
  const hosts = connections.flatMap(({ name, result }) =>
    result?.kind === "value" ? [[name, toReach(result.connection)] as const] : [],
  );
  return parsePolicy({ ...rules, hosts: Object.fromEntries(hosts) }, [...misnamed, ...refused]);
}

function connectionProblems(name: string, result: ConnectionResult | undefined): readonly Problem[] {
  return result?.kind === "refused"
    ? result.fields.map((field) => ({
        path: ["hosts", name, "connection", field].filter(Boolean).join("."),
        problem: "is missing, unknown or of another type",
        remedy: "see ConnectionArgs",
      }))
    : [];
}

function toReach({ host, port, proxy }: Connection): { address: string; port: number; viaProxy: boolean } {
  return { address: host, port, viaProxy: proxy !== undefined };
}
