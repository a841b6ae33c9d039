import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostPlan } from "./hostPlan";
import { promiseOf } from "./outputs/ifKnown";
import { unreachable } from "./policy/unreachable";
import { failsWith } from "./program/failsWith";
import { inProgram } from "./program/inProgram";
import { programKind } from "./program/programKind";
import { sayOf } from "./program/sayOf";
import type { Turns } from "./program/turns";
import { withoutChange } from "./program/withoutChange";
import { fillConfirmEnvelope, fillEnvelope } from "./remote/envelope";
import { hostCommand, type Verb } from "./remote/hostCommand";
import { attemptOf, isConfirmed } from "./remote/lastLines";
import { confirmManifest, printOwner } from "./remote/manifest";
import type { Observation } from "./remote/observation";

export interface HostFirewallArgs {
  readonly plan: HostPlan;
  /** Resolves when nothing speaks against touching the host. */
  readonly clearance: pulumi.Output<unknown>;
  readonly turns: Turns;
}

/** One host: apply loads the rules and arms the rollback, confirm proves over a second connection that the host
 * is still reachable. */
export class HostFirewall extends pulumi.ComponentResource {
  /** Resolves when the host was confirmed. */
  readonly confirmed: pulumi.Output<string>;

  constructor(name: string, args: HostFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-portknock:index:HostFirewall", name, {}, opts);
    if (opts?.parent !== undefined) {
      failsWith(this, opts.parent.urn);
    }
    const { owner, connection, manifest, ruleset, observation, coexistence, wayIn } = args.plan;
    const others = pulumi.all([coexistence, wayIn]).apply(([known, way]) => [...known, ...way.warnings]);
    report(observation, others, owner.host, this);

    const text = (verb: Verb): pulumi.Output<string> =>
      pulumi.all([observation, args.clearance]).apply(([seen]) => hostCommand(verb, markerOf(seen)));
    const turn = takesTurn(args);
    const inputs = {
      connection: pulumi.all([connection, args.clearance]).apply(([known]) => known),
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
      {
        ...inputs,
        create: pulumi.all([text("apply"), turn.begun]).apply(([known]) => known),
        delete: hostCommand("remove", "-"),
        stdin: pulumi.secret(
          pulumi
            .all([manifest, ruleset])
            .apply(([{ text: lines }, rules]) => fillEnvelope({ manifest: lines, ruleset: rules })),
        ),
      },
      // Where somebody replaces it, the old one's remove must not take the new one's rules away.
      { ...options, deleteBeforeReplace: true },
    );
    // What apply printed names the attempt: confirm runs whenever apply ran, and confirms nothing else.
    const attempted = apply.stdout.apply(async (printed) => {
      await args.plan.knockAgain();
      return fillConfirmEnvelope(confirmManifest(printOwner(owner), attemptOf(printed)));
    });
    const confirm = new command.remote.Command(
      `${name}-confirm`,
      { ...inputs, create: text("confirm"), stdin: pulumi.secret(attempted) },
      { ...options, dependsOn: [apply] },
    );
    for (const each of [apply, confirm]) {
      failsWith(each, pulumi.all([args.clearance, manifest, ruleset]));
    }
    turn.ends(confirm);
    const { host } = owner;
    // The name fails with the inputs; what else there is of the resource would never come.
    this.confirmed = pulumi
      .all([confirm.urn, confirm.id, pulumi.unsecret(confirm.stdout)])
      .apply(([, id, printed]) => {
        args.plan.letGo();
        requireConfirmed(host, printed);
        return id;
      });
    this.registerOutputs({});
  }
}

interface Turn {
  readonly begun: pulumi.Output<unknown>;
  /** When the engine has done with this resource, whatever came of it. */
  ends(last: pulumi.Resource): void;
}

/** Begins when all is there that apply waits for, or a host that waits would keep others from their turns. */
function takesTurn({ plan, clearance, turns }: HostFirewallArgs): Turn {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const inputs = pulumi.all([plan.observation, plan.connection, plan.manifest, plan.ruleset, clearance]);
  return {
    begun: pulumi.runtime.isDryRun()
      ? pulumi.output(undefined)
      : pulumi.unsecret(inputs).apply(async ([seen]) => {
          // Nothing happens on a host that is in sync.
          if (seen.kind !== "inSync") {
            await turns.take(ended);
          }
        }),
    ends: (last) => void promiseOf(last.urn).then(end, end),
  };
}

/**
 * A command that ended well has not always run: where sshd has a command of its own for this key or user, that one
 * ran instead.
 */
function requireConfirmed(host: string, printed: string | undefined): void {
  if (printed !== undefined && !isConfirmed(printed)) {
    throw new pulumi.RunError(
      `${host}: all commands ended well there, and none ran; look for a forced command in authorized_keys or sshd_config`,
    );
  }
}

function markerOf(observation: Observation): string {
  return "marker" in observation ? observation.marker : "unchecked";
}

/**
 * A host that was not checked keeps the marker that is in state, whatever it is, so that not looking never shows
 * as a change. Only a transform can still decide that once the probe has answered.
 */
function keepMarkerOfUnchecked(observation: pulumi.Output<Observation>): pulumi.ResourceTransform[] {
  if (programKind() === "mocked") {
    return [];
  }
  const isUnchecked = new Promise<boolean>((resolve) => {
    observation.apply((seen) => resolve(seen.kind === "unchecked"));
  });
  return [
    inProgram(async (resource) => ((await isUnchecked) ? withoutChange(resource, "create") : undefined)),
  ];
}

function report(
  observation: pulumi.Output<Observation>,
  others: pulumi.Output<readonly string[]>,
  host: string,
  resource: pulumi.Resource,
): void {
  pulumi.all([observation, others]).apply(([seen, more]) => {
    if (seen.kind === "unguarded" && seen.findings.length === 0) {
      sayOf(resource, "info", `${host}: carries none of our rules`);
    }
    for (const warning of [...warnings(seen), ...more]) {
      sayOf(resource, "warn", `${host}: ${warning}`);
    }
  });
}

const ROLLED_BACK =
  "put its old rules back: under the last ones Pulumi could not connect a second time; the next up tries again";

function warnings(observation: Observation): readonly string[] {
  switch (observation.kind) {
    case "inSync":
      return [];
    case "unguarded":
      return observation.findings;
    // An error of the component.
    case "unfit":
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
      return unreachable(observation);
  }
}
