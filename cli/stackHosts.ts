import { z } from "zod";
import { groupBy } from "../components/policy/groupBy";
import { type Connection, parseConnection } from "../components/remote/connection";
import { markerIn } from "../components/remote/hostCommand";
import { desiredIn } from "../components/remote/manifest";
import type { Applied } from "../components/remote/reportHost";
import { FIREWALL_TYPE, HOST_TYPE } from "../components/resourceTypes";
import { CommandError } from "./commandError";
import { readStackState, revealed, type StackOptions, type StateResource } from "./stackState";
import { COMMAND, childNameOf, nameOf, typeOf } from "./urn";

/** A host of a stack, as its state has it. Secret. */
export interface StackHost {
  /** Another one for each. */
  readonly name: string;
  /** Its name in the program. */
  readonly host: string;
  /** The component that guards it. */
  readonly firewall: StateResource;
  readonly known: KnownHost | { readonly kind: "unknown"; readonly reason: string };
}

export interface KnownHost {
  readonly kind: "known";
  readonly connection: Connection;
  readonly applied: Applied;
}

const commandSchema = z.object({ connection: z.unknown(), create: z.string(), stdin: z.string() });

/** The hosts that a stack guards. */
export async function readStackHosts(options: StackOptions): Promise<readonly StackHost[]> {
  return hostsOfState(options.stack, await readStackState(options));
}

/** The same of a state that was read. */
export function hostsOfState(stack: string, resources: readonly StateResource[]): readonly StackHost[] {
  const firewalls = resources.filter(({ urn }) => typeOf(urn) === FIREWALL_TYPE);
  const hosts = resources.filter(({ urn }) => typeOf(urn) === HOST_TYPE);
  if (hosts.length === 0) {
    throw new CommandError(1, [`${stack}: guards no host; check --stack and --cwd, or run pulumi up first`]);
  }
  const commands = new Map(
    resources.flatMap((resource) =>
      typeOf(resource.urn) === COMMAND && resource.urn.endsWith("-apply") && !resource.delete
        ? [[resource.parent, resource]]
        : [],
    ),
  );
  const hostsOf = groupBy(hosts, ({ parent }) => parent);
  return firewalls
    .flatMap((firewall) =>
      (hostsOf.get(firewall.urn) ?? []).map(({ urn }): StackHost => {
        const host = childNameOf(firewall.urn, urn);
        return {
          // Two components may have hosts of the same name.
          name: firewalls.length > 1 ? `${nameOf(firewall.urn)}/${host}` : host,
          host,
          firewall,
          known: knownHost(commands.get(urn)),
        };
      }),
    )
    .toSorted(byName);
}

/** The state has them in the order in which an update came to them. web-2 stands before web-10. */
function byName(a: StackHost, b: StackHost): number {
  return a.name.localeCompare(b.name, "en", { numeric: true });
}

function knownHost(apply: StateResource | undefined): StackHost["known"] {
  if (apply === undefined) {
    return { kind: "unknown", reason: "was never guarded by this stack: run pulumi up" };
  }
  const { success, data } = commandSchema.safeParse(revealed(apply.inputs));
  const connection = success ? parseConnection("connection", data.connection) : undefined;
  const desired = success ? desiredIn(data.stdin) : undefined;
  const marker = success ? markerIn(data.create) : undefined;
  return connection?.kind === "value" && desired !== undefined && marker !== undefined
    ? { kind: "known", connection: connection.connection, applied: { ...desired, marker } }
    : {
        kind: "unknown",
        reason: "stands in the stack's state as another version of this package writes it: run pulumi up",
      };
}
