import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostPlan } from "./hostPlan";
import { fillEnvelope } from "./remote/envelope";
import { hostCommand, type Verb } from "./remote/hostCommand";
import type { Observation } from "./remote/observation";

export interface HostFirewallArgs {
  readonly plan: HostPlan;
  readonly ruleset: pulumi.Output<string>;
  /** Resolves when nothing speaks against touching the host. */
  readonly clearance: pulumi.Output<unknown>;
}

/** One host: apply loads the rules and arms the rollback, confirm proves over a second connection that the host
 * is still reachable. */
export class HostFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: HostFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-portknock:index:HostFirewall", name, {}, opts);
    const { owner, connection, manifest, observation } = args.plan;
    report(observation, owner.host, this);

    const user = pulumi.unsecret(connection.apply((known) => known.user));
    const text = (verb: Verb): pulumi.Output<string> =>
      pulumi
        .all([user, observation, args.clearance])
        .apply(([known, seen]) => hostCommand(known, verb, markerOf(seen)));
    const inputs = {
      connection: pulumi.all([connection, args.clearance]).apply(([known]) => known),
      stdin: pulumi.secret(
        pulumi
          .all([manifest, args.ruleset])
          .apply(([{ text: lines }, ruleset]) => fillEnvelope({ manifest: lines, ruleset })),
      ),
      logging: command.remote.Logging.None,
      addPreviousOutputInEnv: false,
    };
    const options: pulumi.CustomResourceOptions = {
      parent: this,
      additionalSecretOutputs: ["stdout", "stderr"],
      transforms: keepMarkerOfUnchecked(observation),
    };

    const apply = new command.remote.Command(
      `${name}-apply`,
      { ...inputs, create: text("apply"), delete: user.apply((known) => hostCommand(known, "remove", "-")) },
      options,
    );
    new command.remote.Command(
      `${name}-confirm`,
      { ...inputs, create: text("confirm") },
      { ...options, dependsOn: [apply] },
    );
    this.registerOutputs({});
  }
}

function markerOf(observation: Observation): string {
  return observation.kind === "unchecked" ? "unchecked" : observation.marker;
}

/**
 * A host that was not checked keeps the marker that is in state, whatever it is, so that not looking never shows
 * as a change. Only a transform can still decide that once the probe has answered.
 */
function keepMarkerOfUnchecked(observation: pulumi.Output<Observation>): pulumi.ResourceTransform[] {
  if (!pulumi.runtime.hasEngine()) {
    return [];
  }
  const isUnchecked = new Promise<boolean>((resolve) => {
    observation.apply((seen) => resolve(seen.kind === "unchecked"));
  });
  return [
    async ({ props, opts }) =>
      (await isUnchecked) ? { props, opts: { ...opts, ignoreChanges: ["create"] } } : undefined,
  ];
}

function report(observation: pulumi.Output<Observation>, host: string, resource: pulumi.Resource): void {
  observation.apply((seen) => {
    if (seen.kind === "unguarded") {
      pulumi.log.info(`${host}: carries none of our rules`, resource);
    }
    for (const warning of warnings(seen)) {
      pulumi.log.warn(`${host}: ${warning}`, resource);
    }
  });
}

const ROLLED_BACK =
  "put its old rules back: under the last ones Pulumi could not connect a second time; the next up tries again";

function warnings(observation: Observation): readonly string[] {
  switch (observation.kind) {
    case "inSync":
    case "unguarded":
      return [];
    case "behind":
      return [
        ...(observation.hasRolledBack ? [ROLLED_BACK] : []),
        ...observation.findings.map((finding) => `drifted: ${finding}`),
      ];
    case "otherOwner":
      return [`guarded by ${observation.owner}; this host will refuse to be taken over without adopt`];
    case "unchecked":
      return observation.reason === undefined ? [] : [`was not checked: it ${observation.reason}`];
    default:
      return unknownKind(observation);
  }
}

function unknownKind(value: never): never {
  throw new Error(`bug: unknown kind of observation ${typeof value}`);
}
