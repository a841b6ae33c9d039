import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { ConnectionArgs, HostArgs, ProxyConnectionArgs } from "./args";
import { ifKnown } from "./ifKnown";
import { isPlain } from "./plainInput";
import type { ReviewedHost } from "./policy/describePolicy";
import type { DescribedPlace } from "./policy/describeReach";

/** A refused connection fails the policy, and is described to nobody. */
const placeSchema = z.object({
  host: z.string().catch(""),
  port: z.number().default(22).catch(0),
  user: z.string().default("root").catch(""),
});

/** How a host is reached, field by field: next to a secret key, an address is no secret. */
export function reviewHost(name: string, { connection }: Partial<HostArgs>): pulumi.Output<ReviewedHost> {
  return pulumi
    .all([describePlace(connection), describeProxy(connection)])
    .apply(([place, proxy]) => ({ name, place, ...(proxy !== undefined && { proxy }) }));
}

function describePlace(
  connection: pulumi.Input<ProxyConnectionArgs> | undefined,
): pulumi.Output<DescribedPlace> {
  const fields: pulumi.Output<unknown> = isPlain(connection)
    ? pulumi.output({ host: connection.host, port: connection.port, user: connection.user })
    : pulumi.output(connection);
  return pulumi
    .output(pulumi.isSecret(fields))
    .apply<DescribedPlace>(
      (isSecret): pulumi.OutputInstance<DescribedPlace> =>
        isSecret
          ? pulumi.output<DescribedPlace>({ kind: "secret" })
          : ifKnown(fields).apply((known): DescribedPlace => toPlace(known)),
    );
}

function toPlace(fields: unknown): DescribedPlace {
  const parsed = placeSchema.safeParse(fields);
  if (!parsed.success) {
    return { kind: "notKnownYet" };
  }
  const { host, port, user } = parsed.data;
  return { kind: "shown", user, address: host, port };
}

function describeProxy(
  connection: pulumi.Input<ConnectionArgs> | undefined,
): pulumi.Output<DescribedPlace | undefined> {
  if (!isPlain(connection)) {
    return describeLaterProxy(pulumi.output(connection).apply((known) => known?.proxy));
  }
  const { proxy } = connection;
  if (proxy === undefined) {
    return pulumi.output<DescribedPlace | undefined>(undefined);
  }
  return isPlain(proxy) ? describePlace(proxy) : describeLaterProxy(pulumi.output(proxy));
}

/** Only its value says whether there is a proxy at all. */
function describeLaterProxy(
  proxy: pulumi.Output<pulumi.Unwrap<ProxyConnectionArgs> | undefined>,
): pulumi.Output<DescribedPlace | undefined> {
  const isThere = pulumi.unsecret(ifKnown(proxy.apply((known) => known !== undefined)));
  return isThere.apply<DescribedPlace | undefined>(
    (there): pulumi.OutputInstance<DescribedPlace | undefined> =>
      there === false
        ? pulumi.output<DescribedPlace | undefined>(undefined)
        : describePlace(proxy.apply((known) => known ?? { host: "" })),
  );
}
