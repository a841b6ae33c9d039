import { z } from "zod";
import type { IdentityArgs, PortKnockFirewallArgs } from "../../args";
import type { LogArgs } from "../../logArgs";
import { parseTokenSecret } from "../../tokens/tokenSecret";
import { isName } from "../nameProblem";
import type { Identity, Log } from "../policy";
import {
  durationWithin,
  networksSchema,
  objectOf,
  parsedBy,
  portsSchema,
  type SchemasOf,
  wholeNumberWithin,
} from "./fieldSchemas";

const identitySchema = objectOf({
  ipv4Prefix: wholeNumberWithin({ min: 16, max: 32 }).default(32),
  ipv6Prefix: wholeNumberWithin({ min: 48, max: 128 }).default(128),
} satisfies SchemasOf<IdentityArgs> satisfies SchemasOf<Identity>);

const SILENT: Log = { admissions: false, stages: false, refusals: false, linesPerMinute: 60 };

const logSchema = objectOf({
  admissions: z.boolean().default(true),
  stages: z.boolean().default(false),
  refusals: z.boolean().default(false),
  linesPerMinute: wholeNumberWithin({ min: 1, max: 6000 }).default(SILENT.linesPerMinute),
} satisfies SchemasOf<LogArgs> satisfies SchemasOf<Log>);

/** The fields of a policy that have no schema of their own. */
export const ruleFields = {
  derive: parsedBy(parseTokenSecret).default(""),
  deployer: z.string().refine(isName, "is not the name of a knocker; name one").default(""),
  allow: networksSchema.prefault([]),
  openPorts: portsSchema.prefault([]),
  guardedAnswer: z
    .enum(["reject", "drop"], { error: 'is neither; write "reject" or "drop"' })
    .default("reject"),
  identity: identitySchema.prefault({}),
  log: logSchema.default(SILENT),
  rollbackTimeout: durationWithin({ min: 5, max: 600 }).prefault("60s"),
} satisfies SchemasOf<
  Omit<PortKnockFirewallArgs, "services" | "knockers" | "baseline" | "hosts" | "groups" | "rollout">
>;

/** A policy as it is written. What is unknown here has a schema of its own. Every field has a default. */
export const policySchema = objectOf({
  services: z.unknown().optional(),
  knockers: z.unknown().optional(),
  ...ruleFields,
  baseline: z.unknown().optional(),
  hosts: z.unknown().optional(),
  groups: z.unknown().optional(),
  rollout: z.unknown().optional(),
} satisfies SchemasOf<PortKnockFirewallArgs>);
