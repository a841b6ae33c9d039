import { z } from "zod";

const hop = z.strictObject({
  host: z.string().min(1),
  port: z.int().min(1).max(65535).default(22),
  user: z.string().min(1).default("root"),
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

/** `{ password: undefined }` means no password; the command plugin wants the field to be gone. */
function withoutUndefined(input: unknown): unknown {
  return typeof input === "object" && input !== null
    ? Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
    : input;
}
