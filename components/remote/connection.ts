import { z } from "zod";
import type { ConnectionArgs, ProxyConnectionArgs } from "../args";
import type { Problem } from "../policy/policyError";
import type { Warning } from "../policy/rules/policyWarnings";
import { addressSchema, portSchema, type SchemasOf, WORD } from "../policy/written/fieldSchemas";
import { readHostKey } from "./hostKey";
import { readPrivateKey } from "./privateKey";

const place = z.object({
  host: addressSchema,
  port: portSchema.default(22),
  user: z.string().regex(WORD).default("root"),
});

const hop = z.strictObject({
  ...place.shape,
  password: z.string().exactOptional(),
  privateKey: z.string().exactOptional(),
  privateKeyPassword: z.string().exactOptional(),
  agentSocketPath: z.string().exactOptional(),
  hostKey: z.string().exactOptional(),
  dialErrorLimit: z.int().min(-1).max(1000).default(2),
  perDialTimeout: z.int().min(0).max(3600).default(10),
} satisfies SchemasOf<ProxyConnectionArgs>);

const connection = hop.extend({
  proxy: z.preprocess(withoutUndefined, hop).exactOptional(),
} satisfies SchemasOf<Omit<ConnectionArgs, keyof ProxyConnectionArgs>>);

/** How to reach one host over SSH, all values known: the fields of `command.remote`'s ConnectionArgs. Secret. */
export type Connection = z.output<typeof connection>;

/** One SSH server on the way: the host itself, or its proxy. */
export type Hop = z.output<typeof hop>;

/** Where an SSH server is, and as whom to log in there: what of a hop is no secret. */
export type Place = z.output<typeof place>;

export type ConnectionResult =
  | { readonly kind: "value"; readonly connection: Connection }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/** Fills in the defaults. A refusal names the fields that are wrong, from the connection on, and none of their values. */
export function parseConnection(input: unknown): ConnectionResult {
  const result = z.preprocess(withoutUndefined, connection).safeParse(input);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => ({
      path: issue.path.join("."),
      problem: "is missing, unknown or of another type",
      remedy: "see ConnectionArgs",
    }));
    return { kind: "refused", problems };
  }
  return { kind: "value", connection: result.data };
}

/** That of a connection, or of its proxy; nothing where it is none. */
export function parsePlace(input: unknown): Place | undefined {
  return place.safeParse(input).data;
}

/** What Pulumi would only refuse when it dials, host by host; by path from the connection on. */
export function dialProblems(connection: Connection): readonly Problem[] {
  const { proxy } = connection;
  return [...hopProblems("", connection), ...(proxy === undefined ? [] : hopProblems("proxy.", proxy))];
}

function hopProblems(prefix: string, hop: Hop): readonly Problem[] {
  const problems: Problem[] = [];
  if (hop.host.startsWith("[")) {
    problems.push({
      path: `${prefix}host`,
      problem: "is an address in brackets, which Pulumi cannot dial",
      remedy: "leave the brackets out, and give a port in its own field",
    });
  }
  if (hop.hostKey !== undefined && readHostKey(hop.hostKey) === undefined) {
    problems.push({
      path: `${prefix}hostKey`,
      problem: "is no public key of a host",
      remedy: "give a line of ssh-keyscan -t ed25519,ecdsa",
    });
  }
  const key =
    hop.privateKey === undefined ? undefined : readPrivateKey(hop.privateKey, hop.privateKeyPassword);
  if (key?.kind === "refused") {
    const { field, problem, remedy } = key.refusal;
    problems.push({ path: `${prefix}${field}`, problem, remedy });
  }
  return problems;
}

/** What somebody should know about how surely the host, and its proxy, is the right one. */
export function hostKeyWarnings(path: string, { hostKey, proxy }: Connection): readonly Warning[] {
  const ofProxy = proxy === undefined ? [] : keyFindings(proxy.hostKey, `${path}.proxy`);
  return [...keyFindings(hostKey, path), ...ofProxy];
}

function keyFindings(hostKey: string | undefined, path: string): readonly Warning[] {
  if (hostKey === undefined) {
    return [
      {
        path: `${path}.hostKey`,
        problem: "is missing, so that whoever answers at that address is taken for the host",
        remedy: "give the host's public key, ed25519 or ECDSA",
      },
    ];
  }
  return /(^|\s)(ssh-rsa|rsa-sha2-\d+)\s/.test(hostKey)
    ? [
        {
          path: `${path}.hostKey`,
          problem: "is an RSA key, and Pulumi would ask for a signature that today's servers no longer give",
          remedy: "give the host's ed25519 or ECDSA key",
        },
      ]
    : [];
}

/** `{ password: undefined }` means no password; the command plugin wants the field to be gone. */
function withoutUndefined(input: unknown): unknown {
  return typeof input === "object" && input !== null
    ? Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
    : input;
}
