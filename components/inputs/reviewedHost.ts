import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, HostArgs, ProxyConnectionArgs } from "../args";
import type { Place } from "../outline/reach";
import { knownValue } from "../outputs/ifKnown";
import { isPlain } from "../outputs/plainInput";
import type { Reach } from "../policy/policy";

/** How a host is reached, field by field: next to a secret key, an address is no secret. */
export async function reviewHost(name: string, { connection }: Partial<HostArgs>): Promise<Reach<Place>> {
  const [place, proxy] = await Promise.all([describePlace(connection), describeProxy(connection)]);
  return { name, place, ...(proxy !== undefined && { proxy }) };
}

async function describePlace(connection: pulumi.Input<ProxyConnectionArgs> | undefined): Promise<Place> {
  const fields: pulumi.Output<unknown> = isPlain(connection)
    ? pulumi.output({ host: connection.host, port: connection.port, user: connection.user })
    : pulumi.output(connection);
  return (await pulumi.isSecret(fields)) ? { kind: "secret" } : toPlace(await knownValue(fields));
}

/** What is refused fails the policy, and is described to nobody. */
async function toPlace(fields: unknown): Promise<Place> {
  const { parsePlace } = await import("../remote/connection.js");
  const place = parsePlace(fields);
  return place === undefined
    ? { kind: "notKnownYet" }
    : { kind: "shown", user: place.user, address: place.host, port: place.port };
}

async function describeProxy(
  connection: pulumi.Input<ConnectionArgs> | undefined,
): Promise<Place | undefined> {
  if (!isPlain(connection)) {
    return describeLaterProxy(pulumi.output(connection).apply((known) => known?.proxy));
  }
  const { proxy } = connection;
  if (proxy === undefined) {
    return undefined;
  }
  return isPlain(proxy) ? describePlace(proxy) : describeLaterProxy(pulumi.output(proxy));
}

/** Only its value says whether there is a proxy at all. */
async function describeLaterProxy(
  proxy: pulumi.Output<pulumi.Unwrap<ProxyConnectionArgs> | undefined>,
): Promise<Place | undefined> {
  const isThere = await knownValue(proxy.apply((known) => known !== undefined));
  return isThere === false ? undefined : describePlace(proxy.apply((known) => known ?? { host: "" }));
}
