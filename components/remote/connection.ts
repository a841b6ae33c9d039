import { z } from "zod";
import type { Warning } from "../policy/policyWarnings";

/** An address, a name or a user: nothing that could be more than one word of a text for review. */
const word = z.string().regex(/^[^\s\p{Cc}]+$/u);

const hop = z.strictObject({
  host: word,
  port: z.int().min(1).max(65535).default(22),
  user: word.default("root"),
  password: z.string().exactOptional(),
  privateKey: z.string().exactOptional(),
  privateKeyPassword: z.string().exactOptional(),
  agentSocketPath: z.string().exactOptional(),
  hostKey: z.string().exactOptional(),
  dialErrorLimit: z.int().min(1).max(10).default(2),
  perDialTimeout: z.int().min(1).max(120).default(10),
});

const connection = hop.extend({ proxy: z.preprocess(withoutUndefined, hop).exactOptional() });

/** How to reach one host over SSH, all values known: the fields of `command.remote`'s ConnectionArgs. Secret. */
export type Connection = z.output<typeof connection>;

/** One SSH server on the way: the host itself, or its proxy. */
export type Hop = z.output<typeof hop>;

export type ConnectionResult =
  | { readonly kind: "value"; readonly connection: Connection }
  | { readonly kind: "refused"; readonly fields: readonly string[] };

/** Fills in the defaults. A refusal names the fields that are wrong and none of their values. */
export function parseConnection(input: unknown): ConnectionResult {
  const result = z.preprocess(withoutUndefined, connection).safeParse(input);
  if (result.success) {
    return { kind: "value", connection: result.data };
  }
  return { kind: "refused", fields: result.error.issues.map((issue) => issue.path.join(".")) };
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
