import { z } from "zod";
import type { HostArgs, PortKnockFirewallArgs } from "../args";
import { isLater, isPlain, namedEntries } from "../outputs/plainInput";
import { isName, nameProblem } from "../policy/nameProblem";
import type { Problem } from "../policy/policyError";
import { objectOf, type SchemasOf } from "../policy/written/fieldSchemas";
import { schemaProblems } from "../policy/written/schemaProblems";

/** What is in them is looked at once it is known. */
const hostSchema = objectOf({
  connection: z.unknown().optional(),
  adopt: z.unknown().optional(),
  tokenNetwork: z.unknown().optional(),
  services: z.unknown().optional(),
  allow: z.unknown().optional(),
  openPorts: z.unknown().optional(),
  exceptNetworks: z.unknown().optional(),
  openPortsFrom: z.unknown().optional(),
} satisfies SchemasOf<HostArgs>);

/**
 * What can be told of a component before any of its values is known. Names must be there at once, for resources are
 * made of them, and so must what a service or a host consists of.
 *
 * @param component its name
 */
export function shapeProblems(
  component: string,
  {
    hosts,
    groups,
    services,
    knockers,
  }: Pick<PortKnockFirewallArgs, "hosts" | "groups" | "services" | "knockers">,
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
    ...laterRecord("groups", groups),
    ...laterRecord("services", services),
    ...laterRecord("knockers", knockers),
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
    ...namedEntries(hosts).flatMap(([name, host]) => {
      const { error } = hostSchema.safeParse(host);
      return error === undefined ? [] : schemaProblems(`hosts.${name}`, error);
    }),
  ];
}

function laterRecord(path: string, record: object | undefined): readonly Problem[] {
  return isLater(record) ? [laterProblem(path)] : laterEntries(path, record);
}

function laterEntries(path: string, record: object | undefined): readonly Problem[] {
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
