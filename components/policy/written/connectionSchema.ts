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
  password: z.string().exactOptional(),
  privateKey: z.string().exactOptional(),
  privateKeyPassword: z.string().exactOptional(),
  agentSocketPath: z.string().exactOptional(),
  hostKey: z.string().exactOptional(),
  dialErrorLimit: wholeNumberWithin({ min: -1, max: 1000 }).default(2),
  perDialTimeout: wholeNumberWithin({ min: 0, max: 3600 }).default(10),
} satisfies SchemasOf<ProxyConnectionArgs>;

/** How to reach a host over SSH, or through its proxy. */
export const connectionSchema = objectOf({
  ...hopFields,
  proxy: objectOf(hopFields).exactOptional(),
} satisfies SchemasOf<ConnectionArgs>);

/** Where an SSH server is, and as whom to log in there: what of a connection, or of its proxy, is no secret. */
export const placeSchema = z.object(placeFields);
