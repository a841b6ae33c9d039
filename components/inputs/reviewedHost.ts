import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, HostArgs, ProxyConnectionArgs } from "../args";
import type { Place } from "../outline/reach";
import { ifKnown } from "../outputs/ifKnown";
import { isPlain } from "../outputs/plainInput";
import type { Reach } from "../policy/policy";
import { parsePlace } from "../remote/connection";

/** How a host is reached, field by field: next to a secret key, an address is no secret. */
export function reviewHost(name: string, { connection }: Partial<HostArgs>): pulumi.Output<Reach<Place>> {
  return pulumi
    .all([describePlace(connection), describeProxy(connection)])
    .apply(([place, proxy]) => ({ name, place, ...(proxy !== undefined && { proxy }) }));
}

function describePlace(connection: pulumi.Input<ProxyConnectionArgs> | undefined): pulumi.Output<Place> {
  const fields: pulumi.Output<unknown> = isPlain(connection)
    ? pulumi.output({ host: connection.host, port: connection.port, user: connection.user })
    : pulumi.output(connection);
  return pulumi
    .output(pulumi.isSecret(fields))
    .apply<Place>(
      (isSecret): pulumi.OutputInstance<Place> =>
        isSecret
          ? pulumi.output<Place>({ kind: "secret" })
          : ifKnown(fields).apply((known): Place => toPlace(known)),
    );
}

/** What is refused fails the policy, and is described to nobody. */
function toPlace(fields: unknown): Place {
  const place = parsePlace(fields);
  return place === undefined
    ? { kind: "notKnownYet" }
    : { kind: "shown", user: place.user, address: place.host, port: place.port };
}

function describeProxy(
  connection: pulumi.Input<ConnectionArgs> | undefined,
): pulumi.Output<Place | undefined> {
  if (!isPlain(connection)) {
    return describeLaterProxy(pulumi.output(connection).apply((known) => known?.proxy));
  }
  const { proxy } = connection;
  if (proxy === undefined) {
    return pulumi.output<Place | undefined>(undefined);
  }
  return isPlain(proxy) ? describePlace(proxy) : describeLaterProxy(pulumi.output(proxy));
}

/** Only its value says whether there is a proxy at all. */
function describeLaterProxy(
  proxy: pulumi.Output<pulumi.Unwrap<ProxyConnectionArgs> | undefined>,
): pulumi.Output<Place | undefined> {
  const isThere = pulumi.unsecret(ifKnown(proxy.apply((known) => known !== undefined)));
  return isThere.apply<Place | undefined>(
    (there): pulumi.OutputInstance<Place | undefined> =>
      there === false
        ? pulumi.output<Place | undefined>(undefined)
        : describePlace(proxy.apply((known) => known ?? { host: "" })),
  );
}
