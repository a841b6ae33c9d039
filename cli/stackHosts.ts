import { z } from "zod";
import { type Connection, parseConnection } from "../components/remote/connection";
import { markerIn } from "../components/remote/hostCommand";
import { desiredIn } from "../components/remote/manifest";
import type { Applied } from "../components/remote/reportHost";
import { FIREWALL_TYPE, HOST_TYPE } from "../components/resourceTypes";
import { CommandError } from "./commandError";
import { runPulumi } from "./runPulumi";
import { COMMAND, childNameOf, nameOf, typeOf } from "./urn";

export interface StackOptions {
  readonly stack: string;
  /** Where the Pulumi project is. */
  readonly cwd: string;
}

/** A host of a stack, as its state has it. Secret. */
export interface StackHost {
  readonly name: string;
  readonly known: KnownHost | { readonly kind: "unknown"; readonly reason: string };
}

export interface KnownHost {
  readonly kind: "known";
  readonly connection: Connection;
  readonly applied: Applied;
}

const stateSchema = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          parent: z.string().default(""),
          /** It was replaced, and still has to go. */
          delete: z.boolean().default(false),
          inputs: z.record(z.string(), z.unknown()).default({}),
        }),
      )
      .default([]),
  }),
});

type StateResource = z.output<typeof stateSchema>["deployment"]["resources"][number];

const commandSchema = z.object({ connection: z.unknown(), create: z.string(), stdin: z.string() });

/** The hosts that a stack guards. What Pulumi decrypts for that goes through a pipe and stays in memory. */
export async function readStackHosts({ stack, cwd }: StackOptions): Promise<readonly StackHost[]> {
  const exported = await runPulumi(["stack", "export", "--show-secrets", "--stack", stack], cwd);
  const { resources } = stateSchema.parse(JSON.parse(exported)).deployment;
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
  return hosts
    .map(({ urn, parent }) => {
      const host = childNameOf(parent, urn);
      return {
        // Two components may have hosts of the same name.
        name: firewalls.length > 1 ? `${nameOf(parent)}/${host}` : host,
        known: knownHost(commands.get(urn)),
      };
    })
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
  const connection = success ? parseConnection(data.connection) : undefined;
  const desired = success ? desiredIn(data.stdin) : undefined;
  const marker = success ? markerIn(data.create) : undefined;
  return connection?.kind === "value" && desired !== undefined && marker !== undefined
    ? { kind: "known", connection: connection.connection, applied: { ...desired, marker } }
    : {
        kind: "unknown",
        reason: "stands in the stack's state as another version of this package writes it: run pulumi up",
      };
}

/** By which a state marks an object as one of the engine's own, and which of them is a secret. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

const secretSchema = z.object({ [SIGNATURE]: z.literal(SECRET), plaintext: z.string() });

/** Inputs without the marks of secrets, however deep those stand. */
function revealed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(revealed);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const secret = secretSchema.safeParse(value);
  return secret.success
    ? revealed(JSON.parse(secret.data.plaintext))
    : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealed(each)]));
}
