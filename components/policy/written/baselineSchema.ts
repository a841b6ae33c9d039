import { z } from "zod";
import type { BaselineArgs, PingArgs, RestrictedPortsArgs } from "../../baselineArgs";
import type { Baseline, Ping, Profile, RestrictedPorts, WrittenKnock } from "../policy";
import { mergeRestrictedPorts } from "../restrictedPorts";
import {
  durationWithin,
  networksSchema,
  objectOf,
  optionalSequenceSchema,
  portsSchema,
  type SchemasOf,
  someNetworksSchema,
  somePortsSchema,
  wholeNumberWithin,
} from "./fieldSchemas";
import { knockTimeoutSchema } from "./openingSchema";

const pingSchema = objectOf({
  perSecond: wholeNumberWithin({ min: 1, max: 10_000 }).default(1),
  burst: wholeNumberWithin({ min: 1, max: 10_000 }).default(4),
  from: someNetworksSchema("leave it out to answer everybody").default([]),
} satisfies SchemasOf<PingArgs> satisfies SchemasOf<Ping>);

/** Ports that are open to some sources only, as they are written. */
export const restrictedPortsSchema = objectOf({
  ports: somePortsSchema,
  from: someNetworksSchema("list at least one, or use openPorts"),
} satisfies SchemasOf<RestrictedPortsArgs> satisfies SchemasOf<RestrictedPorts>);

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
} satisfies SchemasOf<BaselineArgs>).transform(
  ({ blacklistTime, unbanKnockTimeout, ...fields }): Profile<WrittenKnock> => ({
    kind: "baseline",
    ...(fields satisfies Pick<Baseline<WrittenKnock>, keyof typeof fields>),
    blacklistSeconds: blacklistTime,
    unbanKnockTimeoutSeconds: unbanKnockTimeout,
  }),
);
