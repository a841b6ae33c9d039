import { z } from "zod";
import {
  durationWithin,
  networksSchema,
  objectOf,
  optionalSequenceSchema,
  portsSchema,
  someNetworksSchema,
  somePortsSchema,
  wholeNumberWithin,
} from "./fieldSchemas";
import type { Profile } from "./policy";
import { mergeRestrictedPorts } from "./restrictedPorts";
import { knockTimeoutSchema } from "./serviceSchema";

const pingSchema = objectOf({
  perSecond: wholeNumberWithin({ min: 1, max: 10_000 }).default(1),
  burst: wholeNumberWithin({ min: 1, max: 10_000 }).default(4),
  from: someNetworksSchema("leave it out to answer everybody").default([]),
});

const restrictedPortsSchema = objectOf({
  ports: somePortsSchema,
  from: someNetworksSchema("list at least one, or use openPorts"),
});

/** A host firewall as it is written. Every field has a default. */
export const baselineSchema = objectOf({
  ping: pingSchema.prefault({}),
  blacklistTime: durationWithin({ min: 1, max: 30 * 86400 }).prefault("1h"),
  synsPerSecond: wholeNumberWithin({ min: 1, max: 100_000 }).default(60),
  traps: portsSchema.prefault([]),
  exceptNetworks: networksSchema.prefault([]),
  openPortsFrom: z.array(restrictedPortsSchema).transform(mergeRestrictedPorts).prefault([]),
  forward: z
    .enum(["accept", "drop", "reject"], { error: 'is none of them; write "accept", "drop" or "reject"' })
    .default("drop"),
  unbanSequence: optionalSequenceSchema,
  unbanKnockTimeout: knockTimeoutSchema,
}).transform(
  ({ blacklistTime, unbanKnockTimeout, ...fields }): Profile => ({
    kind: "baseline",
    ...fields,
    blacklistSeconds: blacklistTime,
    unbanKnockTimeoutSeconds: unbanKnockTimeout,
  }),
);
