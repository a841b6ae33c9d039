import * as pulumi from "@pulumi/pulumi";
import type { HostArgs } from "./args";
import { namedEntries } from "./plainInput";
import { type ConnectionResult, parseConnection } from "./remote/connection";

/** One host as its arguments describe it. */
export interface DescribedHost {
  readonly name: string;
  readonly adopt: pulumi.Input<string> | undefined;
  /** Secret as a whole: a field that is not known may hold a key too. */
  readonly connection: pulumi.Output<ConnectionResult>;
}

export function describeHosts(hosts: Record<string, HostArgs>): readonly DescribedHost[] {
  return namedEntries(hosts).map(([name, { adopt, connection }]) => ({
    name,
    adopt,
    connection: pulumi.secret(pulumi.output(connection).apply(parseConnection)),
  }));
}
