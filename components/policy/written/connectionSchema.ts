import { z } from "zod";
import type { ConnectionArgs, ProxyConnectionArgs } from "../../args";
import { addressSchema, objectOf, portSchema, type SchemasOf, WORD, wholeNumberWithin } from "./fieldSchemas";

const placeFields = {
  host: addressSchema,
  port: portSchema.default(22),
  user: z.string().regex(WORD, "is no name of a user; give it in one word").default("root"),
};

const hopFields = {
  ...placeFields,
  password: z.string().optional(),
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  agentSocketPath: z.string().optional(),
  hostKey: z.string().optional(),
  dialErrorLimit: wholeNumberWithin({ min: -1, max: 1000 }).default(2),
  perDialTimeout: wholeNumberWithin({ min: 0, max: 3600 }).default(10),
} satisfies SchemasOf<ProxyConnectionArgs>;

/** How to reach a host over SSH, or its proxy. Fields that are `undefined` are gone: the command plugin wants it so. */
export const connectionSchema = objectOf({
  ...hopFields,
  proxy: objectOf(hopFields).transform(withoutUndefined).optional(),
} satisfies SchemasOf<ConnectionArgs>).transform(withoutUndefined);

/** Where an SSH server is, and as whom to log in there: what of a connection, or of its proxy, is no secret. */
export const placeSchema = z.object(placeFields);

/** Without the fields that are `undefined`. */
function withoutUndefined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const written = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(written) as { [K in keyof T]: Exclude<T[K], undefined> };
}
