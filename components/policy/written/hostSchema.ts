import { z } from "zod";
import type { DifferenceArgs, GroupArgs, HostArgs } from "../../args";
import type { HostPart } from "../hostPart";
import type { Difference, Group, Login, Reach } from "../policy";
import { mergeRestrictedPorts } from "../restrictedPorts";
import { parseTokenNetwork } from "../tokenNetwork";
import { restrictedPortsSchema } from "./baselineSchema";
import { connectionSchema, type placeSchema } from "./connectionSchema";
import { namesAmong, networksSchema, objectOf, parsedBy, portsSchema, type SchemasOf } from "./fieldSchemas";
import type { EntrySchema } from "./parseFields";

/** Which names there are; any where nobody says. */
export interface KnownNames {
  readonly services?: ReadonlySet<string> | undefined;
  readonly hosts?: ReadonlySet<string> | undefined;
}

/** What a host is as far as a policy says it. */
export interface WrittenHost extends HostPart {
  /** Nothing where it is not known how Pulumi gets there. */
  readonly reach: Omit<Reach<Login>, "name"> | undefined;
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

/** One line of the manifest; a component's name may contain slashes. */
const OWNER = /^[^/\p{Cc}]+\/[^/\p{Cc}]+\/[^\p{Cc}]+\/[^/\p{Cc}]+$/u;
const NO_OWNER = 'is not an owner; copy it from the refusal, like "project/stack/component/host"';

/** The fields of a host. How it is reached may be left out: not every policy says it. */
export function hostFields(names: KnownNames) {
  return {
    connection: connectionSchema.optional(),
    adopt: z.string().regex(OWNER, NO_OWNER).optional(),
    tokenNetwork: parsedBy(parseTokenNetwork).optional(),
    ...differenceFields(names),
  } satisfies SchemasOf<HostArgs>;
}

export function hostSchema(names: KnownNames): EntrySchema<WrittenHost> {
  const schema = objectOf(hostFields(names)).transform(
    ({ connection, adopt, tokenNetwork, ...difference }): WrittenHost => ({
      reach: connection && reachOf(connection),
      tokenNetworks: tokenNetwork === undefined ? [] : [tokenNetwork],
      ...difference,
    }),
  );
  return { whole: schema, remains: schema };
}

function reachOf({ proxy, ...hop }: z.output<typeof connectionSchema>): WrittenHost["reach"] {
  return { place: loginOf(hop), ...(proxy && { proxy: loginOf(proxy) }) };
}

function loginOf({ host, port, user }: z.output<typeof placeSchema>): Login {
  return { address: host, port, user };
}
