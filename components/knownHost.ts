import * as pulumi from "@pulumi/pulumi";
import type { DescribedHost } from "./describedHost";
import { withoutDependencies } from "./ifKnown";
import type { Problem } from "./policy/policyError";
import type { Warning } from "./policy/policyWarnings";
import { type ConnectionResult, hostKeyWarnings } from "./remote/connection";

/** One host as far as its arguments are known. */
export interface KnownHost {
  readonly name: string;
  readonly connection: ConnectionResult | undefined;
  readonly adopt: string | undefined;
}

/** @param pick what to take of an Output now; it must be known. */
export function knownHosts(
  hosts: readonly DescribedHost[],
  pick: <T>(value: pulumi.Output<T>) => pulumi.Output<T | undefined>,
): pulumi.Output<readonly KnownHost[]> {
  const known = hosts.map(({ name, connection, adopt }) =>
    pulumi
      .all([pick(connection), pick(pulumi.output(adopt))])
      .apply((values): KnownHost => ({ name, connection: values[0], adopt: values[1] })),
  );
  // Or every host's commands would hang on every other host's machine.
  return withoutDependencies(pulumi.all(known));
}

/** What is wrong with a host by itself. No message contains a value: it may be a key. */
export function hostProblems({ name, connection, adopt }: KnownHost): readonly Problem[] {
  const fields = connection?.kind === "refused" ? connection.fields : [];
  return [
    ...fields.map((field) => ({
      path: ["hosts", name, "connection", field].filter(Boolean).join("."),
      problem: "is missing, unknown or of another type",
      remedy: "see ConnectionArgs",
    })),
    ...(adopt === undefined || isOwner(adopt)
      ? []
      : [
          {
            path: `hosts.${name}.adopt`,
            problem: "is not an owner",
            remedy: 'copy it from the refusal, like "project/stack/component/host"',
          },
        ]),
  ];
}

export function hostWarnings({ name, connection }: KnownHost): readonly Warning[] {
  return connection?.kind === "value"
    ? hostKeyWarnings(`hosts.${name}.connection`, connection.connection)
    : [];
}

/** The hosts as a policy is checked with them: how each is reached. */
export function reachesOf(hosts: readonly KnownHost[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    hosts.flatMap(({ name, connection }) => {
      if (connection?.kind !== "value") {
        return [];
      }
      const { host, port, proxy } = connection.connection;
      const via = proxy && { proxy: { address: proxy.host, port: proxy.port } };
      return [[name, { address: host, port, ...via }]];
    }),
  );
}

/** One line of the manifest; a component's name may contain slashes. */
function isOwner(text: unknown): boolean {
  return typeof text === "string" && /^[^/\p{Cc}]+\/[^/\p{Cc}]+\/[^\p{Cc}]+\/[^/\p{Cc}]+$/u.test(text);
}
