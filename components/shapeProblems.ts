import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import { isPlain } from "./plainInput";
import { isName, nameProblem } from "./policy/nameProblem";
import type { Problem } from "./policy/policyError";
import { printNumber } from "./policy/printNumber";

const HOST_FIELDS = ["connection", "adopt"];

/**
 * What can be told of a component before any of its values is known. Names must be there at once, for resources are
 * made of them, and so must what a service or a host consists of.
 *
 * @param component its name
 */
export function shapeProblems(
  component: string,
  { hosts, services }: Pick<PortKnockFirewallArgs, "hosts" | "services">,
): readonly Problem[] {
  return [
    ...(/\p{Cc}/u.test(component)
      ? [
          {
            path: "name",
            problem: "has a control character, and a host keeps its owner in one line",
            remedy: "give the component another name",
          },
        ]
      : []),
    ...hostsProblems(hosts),
    ...(isLater(services) ? [laterProblem("services")] : laterEntries("services", services)),
  ];
}

function hostsProblems(hosts: PortKnockFirewallArgs["hosts"]): readonly Problem[] {
  if (isLater(hosts)) {
    return [laterProblem("hosts")];
  }
  if (!isPlain(hosts) || Array.isArray(hosts)) {
    return [{ path: "hosts", problem: "is not an object", remedy: "give one entry a name" }];
  }
  return [
    ...Object.keys(hosts).flatMap((name, index) => (isName(name) ? [] : [nameProblem("hosts", index)])),
    ...laterEntries("hosts", hosts),
    ...Object.entries(hosts).flatMap(([name, host]) => unknownFields(name, host)),
  ];
}

/** The unknown ones stay out of the message: somebody may have put a sequence there. */
function unknownFields(name: string, host: unknown): readonly Problem[] {
  const fields = typeof host === "object" && host !== null && !isLater(host) ? Object.keys(host) : [];
  const count = fields.filter((field) => !HOST_FIELDS.includes(field)).length;
  return count === 0 || !isName(name)
    ? []
    : [
        {
          path: `hosts.${name}`,
          problem: count === 1 ? "has an unknown field" : `has ${printNumber(count)} unknown fields`,
          remedy: `known are ${HOST_FIELDS.join(", ")}`,
        },
      ];
}

function laterEntries(path: string, record: Readonly<Record<string, unknown>>): readonly Problem[] {
  return isPlain(record)
    ? Object.entries(record).flatMap(([name, entry]) =>
        isName(name) && isLater(entry) ? [laterProblem(`${path}.${name}`)] : [],
      )
    : [];
}

function laterProblem(path: string): Problem {
  return {
    path,
    problem: "is an Output as a whole",
    remedy: "write it as an object; the fields of its entries may be Outputs",
  };
}

function isLater(input: unknown): boolean {
  return pulumi.Output.isInstance(input) || input instanceof Promise;
}
