import * as pulumi from "@pulumi/pulumi";
import type { DescribedHost } from "./describedHost";
import { ifKnown, withoutDependencies } from "./ifKnown";
import { deployerProblems } from "./policy/lockOut";
import type { Policy } from "./policy/policy";
import type { Problem } from "./policy/policyError";
import { coexistenceWarnings } from "./remote/coexistence";
import type { Connection, ConnectionResult } from "./remote/connection";
import { type Manifest, type Owner, printOwner, writeManifest } from "./remote/manifest";
import { type Observation, observe, UNPROBED } from "./remote/observation";
import { type ProbeResult, probeHost } from "./remote/probeHost";
import type { Reporter } from "./reporter";

/** Everything about one host before a resource is made for it. */
export interface HostPlan {
  readonly owner: Owner;
  readonly connection: pulumi.Output<Connection>;
  readonly manifest: pulumi.Output<Manifest>;
  readonly observation: pulumi.Output<Observation>;
  /** Why the rules would shut Pulumi out of this host; empty where they do not, or nobody could ask. */
  readonly lockOut: pulumi.Output<readonly Problem[]>;
  /** What the host's other tables do that somebody should know. */
  readonly coexistence: pulumi.Output<readonly string[]>;
}

export interface HostPlanInputs {
  readonly component: string;
  readonly host: DescribedHost;
  readonly policy: pulumi.Output<Policy>;
  readonly ruleset: pulumi.Output<string>;
  /** Resolves when a probe would meet the host that the rules are for. */
  readonly ready: pulumi.Output<unknown>;
}

/** Asks the host how it is, and compares that with what is desired. */
export function planHost({ component, host, policy, ruleset, ready }: HostPlanInputs): HostPlan {
  const owner = { project: pulumi.getProject(), stack: pulumi.getStack(), component, host: host.name };
  // A connection that was refused has failed the policy, so that it never comes this far.
  const connection = pulumi.all([policy, host.connection]).apply(([, result]) => toConnection(result));
  const manifest = pulumi.secret(
    pulumi
      .all([host.adopt, policy, ruleset])
      .apply(([adopt, desired, rules]) => writeManifest({ owner, adopt, policy: desired, ruleset: rules })),
  );
  const probed = isProbing()
    ? ifKnown(pulumi.all([connection, ready])).apply(async (known) => known && probeHost(known[0]))
    : pulumi.output<ProbeResult | undefined>(undefined);
  const observation = pulumi
    .all([probed, ifKnown(manifest)])
    .apply(([result, desired]) =>
      result && desired ? observe(result, { token: desired.token, owner: printOwner(owner) }) : UNPROBED,
    );
  const lockOut = pulumi.all([probed, ifKnown(policy)]).apply(([result, desired]) => {
    const deployer = result?.kind === "answered" ? result.status.deployer : undefined;
    return deployer && desired ? deployerProblems(desired, host.name, deployer) : [];
  });
  const coexistence = pulumi
    .all([probed, ifKnown(policy)])
    .apply(([result, desired]) =>
      result?.kind === "answered" && desired ? coexistenceWarnings(desired, result.status.otherTables) : [],
    );
  // Neither words about drift nor markers are secret, and a preview should show them.
  return {
    owner,
    connection,
    manifest,
    observation: pulumi.unsecret(observation),
    lockOut: pulumi.unsecret(lockOut),
    coexistence: pulumi.unsecret(coexistence),
  };
}

/** Resolves for the plans that may be touched: none of their hosts would shut Pulumi out. */
export function clearanceOf(reporter: Reporter, plans: readonly HostPlan[]): pulumi.Output<unknown> {
  // Without dependencies, or every host's commands would hang on every other host's machine.
  const lockOuts = withoutDependencies(pulumi.all(plans.map(({ lockOut }) => lockOut)));
  return lockOuts.apply((perHost) => {
    const problems = perHost.flat();
    if (problems.length > 0) {
      throw reporter.refuse(problems);
    }
  });
}

/** Whether hosts are asked how they are. Never under mocks, and not in a preview where stack config
 * `portknock:probe` is `false`: on a machine without a way in. An update needs a way in as it is. */
function isProbing(): boolean {
  const isWanted = new pulumi.Config("portknock").getBoolean("probe") ?? true;
  return pulumi.runtime.hasEngine() && (isWanted || !pulumi.runtime.isDryRun());
}

function toConnection(result: ConnectionResult): Connection {
  if (result.kind === "refused") {
    throw new Error("bug: a refused connection passed the policy");
  }
  return result.connection;
}
