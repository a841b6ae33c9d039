import type { z } from "zod";
import type { Problem } from "../policy/policyError";
import type { Warning } from "../policy/rules/policyWarnings";
import { connectionSchema, placeSchema } from "../policy/written/connectionSchema";
import { toEntries } from "../policy/written/parseFields";
import { schemaProblems } from "../policy/written/schemaProblems";
import { readHostKey } from "./hostKey";
import { readPrivateKey } from "./privateKey";

/** How to reach one host over SSH, all values known: the fields of `command.remote`'s ConnectionArgs. Secret. */
export type Connection = z.output<typeof connectionSchema>;

/** One SSH server on the way: the host itself, or its proxy. */
export type Hop = Omit<Connection, "proxy">;

/** Where an SSH server is, and as whom to log in there: what of a hop is no secret. */
export type Place = z.output<typeof placeSchema>;

export type ConnectionResult =
  | { readonly kind: "value"; readonly connection: Connection }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

/**
 * Fills in the defaults. A refusal names the fields that are wrong, and none of their values.
 *
 * @param path of the connection
 */
export function parseConnection(path: string, input: unknown): ConnectionResult {
  const { success, data, error } = connectionSchema.safeParse(defined(input));
  return success
    ? { kind: "value", connection: data }
    : { kind: "refused", problems: schemaProblems(path, error) };
}

/** That of a connection, or of its proxy; nothing where it is none. */
export function parsePlace(input: unknown): Place | undefined {
  return placeSchema.safeParse(input).data;
}

/**
 * What Pulumi would only refuse when it dials, host by host.
 *
 * @param path of the connection
 */
export function dialProblems(path: string, connection: Connection): readonly Problem[] {
  const { proxy } = connection;
  return [
    ...hopProblems(path, connection),
    ...(proxy === undefined ? [] : hopProblems(`${path}.proxy`, proxy)),
  ];
}

function hopProblems(path: string, hop: Hop): readonly Problem[] {
  const problems: Problem[] = [];
  if (hop.host.startsWith("[")) {
    problems.push({
      path: `${path}.host`,
      problem: "is an address in brackets, which Pulumi cannot dial",
      remedy: "leave the brackets out, and give a port in its own field",
    });
  }
  if (hop.hostKey !== undefined && readHostKey(hop.hostKey) === undefined) {
    problems.push({
      path: `${path}.hostKey`,
      problem: "is no public key of a host",
      remedy: "give a line of ssh-keyscan -t ed25519,ecdsa",
    });
  }
  const key =
    hop.privateKey === undefined ? undefined : readPrivateKey(hop.privateKey, hop.privateKeyPassword);
  if (key?.kind === "refused") {
    const { field, problem, remedy } = key.refusal;
    problems.push({ path: `${path}.${field}`, problem, remedy });
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

/** `{ password: undefined }` means no password, in the proxy too; the command plugin wants the field to be gone. */
function defined(input: unknown): unknown {
  const fields = toEntries(input)?.filter(([, value]) => value !== undefined);
  return fields === undefined
    ? input
    : Object.fromEntries(fields.map(([name, value]) => [name, name === "proxy" ? defined(value) : value]));
}
