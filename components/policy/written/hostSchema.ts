import { z } from "zod";
import type { DifferenceArgs, GroupArgs } from "../../args";
import type { HostPart } from "../hostPart";
import type { Difference, Group, Reach } from "../policy";
import { mergeRestrictedPorts } from "../restrictedPorts";
import { parseTokenNetwork } from "../tokenNetwork";
import { restrictedPortsSchema } from "./baselineSchema";
import {
  addressSchema,
  namesAmong,
  networksSchema,
  objectOf,
  parsedBy,
  portSchema,
  portsSchema,
  type SchemasOf,
} from "./fieldSchemas";
import type { EntrySchema } from "./parseFields";

/** Which names there are; any where nobody says. */
export interface KnownNames {
  readonly services?: ReadonlySet<string> | undefined;
  readonly hosts?: ReadonlySet<string> | undefined;
}

/** What a host is as far as a policy says it. */
export interface WrittenHost extends HostPart {
  /** Nothing where it is not known how Pulumi gets there. */
  readonly reach: Omit<Reach, "name"> | undefined;
}

/** The fields in which hosts may differ. */
function differenceFields({ services }: KnownNames) {
  return {
    services: namesAmong(
      services,
      `known are ${[...(services ?? [])].join(", ")}`,
      "names no service; name at least one, or leave it out to have them all",
    ).default([]),
    allow: networksSchema.prefault([]),
    openPorts: portsSchema.prefault([]),
    exceptNetworks: networksSchema.prefault([]),
    openPortsFrom: z.array(restrictedPortsSchema).transform(mergeRestrictedPorts).prefault([]),
  } satisfies SchemasOf<DifferenceArgs> satisfies SchemasOf<Difference>;
}

/** The fields of a group. */
export function groupFields(names: KnownNames) {
  return {
    hosts: namesAmong(names.hosts, "name one that is in hosts"),
    ...differenceFields(names),
  } satisfies SchemasOf<GroupArgs> satisfies SchemasOf<Omit<Group, "name">>;
}

export function groupSchema(names: KnownNames): EntrySchema<Omit<Group, "name">> {
  const fields = groupFields(names);
  return { whole: objectOf(fields), remains: objectOf({ ...fields, hosts: fields.hosts.default([]) }) };
}

const endpoint = { address: addressSchema, port: portSchema };

/** How the deployer reaches a host, which addresses may be tokens there, and what it has of its own. */
export function hostSchema(names: KnownNames): EntrySchema<WrittenHost> {
  return {
    whole: hostSchemaWith(names, portSchema.default(22)),
    remains: hostSchemaWith(names, portSchema.optional()),
  };
}

function hostSchemaWith(names: KnownNames, port: z.ZodType<number | undefined>): z.ZodType<WrittenHost> {
  return objectOf({
    address: addressSchema.optional(),
    port,
    proxy: objectOf(endpoint).exactOptional(),
    tokenNetwork: parsedBy(parseTokenNetwork).exactOptional(),
    ...differenceFields(names),
  }).transform((written): WrittenHost => {
    const { address, port: at, proxy, tokenNetwork, ...difference } = written;
    const isReached = address !== undefined && at !== undefined;
    return {
      reach: isReached ? { place: { address, port: at }, ...(proxy && { proxy }) } : undefined,
      tokenNetworks: tokenNetwork === undefined ? [] : [tokenNetwork],
      ...difference,
    };
  });
}
