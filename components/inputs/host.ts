import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs, DifferenceArgs, HostArgs, PortKnockFirewallArgs } from "../args";
import { outputOf } from "../outputs/ifKnown";
import { isLater, namedEntries } from "../outputs/plainInput";
import { type Parsed, value } from "../policy/parsed";
import { connectionPath } from "../policy/path";
import type { Network } from "../policy/policy";
import { parseTokenNetwork } from "../policy/tokenNetwork";
import { toEntries } from "../policy/written/parseFields";
import type { Connection, ConnectionResult } from "../remote/connection";

/** One host of a component, its values still to come. */
export interface Host {
  readonly name: string;
  /** Secret as a whole: a field that is not known may hold a key too. */
  readonly connection: pulumi.Output<ConnectionResult>;
  readonly adopt: pulumi.Input<string> | undefined;
  readonly tokenNetwork: pulumi.Input<string> | undefined;
}

/** The same as far as it is known. */
export interface KnownHost {
  readonly name: string;
  readonly connection: ConnectionResult | undefined;
  readonly adopt: string | undefined;
  /** One, or none where the host has none. */
  readonly tokenNetwork: Parsed<readonly Network[]> | undefined;
}

export function hostsOf(args: Readonly<Record<string, HostArgs>>): readonly Host[] {
  return namedEntries(args).map(([name, { adopt, connection, tokenNetwork }]) => ({
    name,
    adopt,
    tokenNetwork,
    connection: pulumi.secret(connection).apply((written) => readConnection(name, written)),
  }));
}

/** What reads connections is loaded when there is one to read: it brings the SSH library. */
async function readConnection(host: string, written: unknown): Promise<ConnectionResult> {
  const { parseConnection } = await import("../remote/connection.js");
  return parseConnection(connectionPath(host), written);
}

/** @param pick what to take of an Output now. */
export function knownHosts(
  hosts: readonly Host[],
  pick: <T>(value: pulumi.Output<T>) => Promise<T | undefined>,
): pulumi.Output<readonly KnownHost[]> {
  const known = hosts.map(async ({ name, connection, adopt, tokenNetwork }): Promise<KnownHost> => {
    const [reach, owner, networks] = await Promise.all([
      pick(connection),
      typeof adopt === "object" ? pick(pulumi.output(adopt)) : adopt,
      isLater(tokenNetwork)
        ? pick(pulumi.output(tokenNetwork).apply(parseNetworks))
        : parseNetworks(tokenNetwork),
    ]);
    return { name, connection: reach, adopt: owner, tokenNetwork: networks };
  });
  // Of no resource, or every host's commands would hang on every other host's machine.
  return outputOf(Promise.all(known));
}

/** Whether there is nothing of a host to wait for. */
export function isKnown({ connection, tokenNetwork }: KnownHost): boolean {
  return connection !== undefined && tokenNetwork !== undefined;
}

/** @param written of any type, whatever the types say */
function parseNetworks(written: unknown): Parsed<readonly Network[]> {
  if (written === undefined) {
    return value([]);
  }
  const parsed = parseTokenNetwork(typeof written === "string" ? written : "");
  return parsed.kind === "value" ? value([parsed.value]) : parsed;
}

/**
 * The hosts as a policy is checked with them: how each is reached, its network of tokens, and what it has of its own.
 *
 * @param own by name, as far as it is known
 */
export function writtenHosts(hosts: readonly KnownHost[], own: unknown): Readonly<Record<string, object>> {
  const ownOf = new Map(toEntries(own));
  return Object.fromEntries(
    hosts.map(({ name, connection, adopt, tokenNetwork }) => {
      const [network] = tokenNetwork?.kind === "value" ? tokenNetwork.value : [];
      return [
        name,
        {
          ...(connection?.kind === "value" && { connection: withoutKeys(connection.connection) }),
          ...(adopt !== undefined && { adopt }),
          ...(network && { tokenNetwork: network.cidr }),
          ...Object.fromEntries(toEntries(ownOf.get(name)) ?? []),
        },
      ];
    }),
  );
}

/** Where the SSH servers are, and nothing of a connection that is secret. */
function withoutKeys({ host, port, user, proxy }: Connection): ConnectionArgs {
  return {
    host,
    port,
    user,
    ...(proxy && { proxy: { host: proxy.host, port: proxy.port, user: proxy.user } }),
  };
}

/** What hosts have of their own, as it is written, by name: those of which something is. */
export function ownDifferences(hosts: PortKnockFirewallArgs["hosts"]): Readonly<Record<string, object>> {
  return Object.fromEntries(
    namedEntries(hosts).flatMap(([name, host]) => {
      const { services, allow, openPorts, exceptNetworks, openPortsFrom } = host;
      const all = { services, allow, openPorts, exceptNetworks, openPortsFrom } satisfies Record<
        keyof DifferenceArgs,
        unknown
      >;
      const written = Object.entries(all).filter(([, field]) => field !== undefined);
      return written.length === 0 ? [] : [[name, Object.fromEntries(written)]];
    }),
  );
}
