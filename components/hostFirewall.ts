import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { HostFacts } from "./hostFacts";
import type { HostPlan } from "./hostPlan";
import { knownValue, promiseOf } from "./outputs/ifKnown";
import { unreachable } from "./policy/unreachable";
import { failsWith } from "./program/failsWith";
import { inProgram } from "./program/inProgram";
import { programKind } from "./program/programKind";
import type { Ending, Rollout } from "./program/rollout";
import { sayOf } from "./program/sayOf";
import { signal } from "./program/signal";
import type { Turns } from "./program/turns";
import { withoutChange } from "./program/withoutChange";
import { fillConfirmEnvelope } from "./remote/envelope";
import { hostCommand, type Verb } from "./remote/hostCommand";
import { attemptOf, isConfirmed } from "./remote/lastLines";
import { confirmManifest, printOwner } from "./remote/manifest";
import type { Observation } from "./remote/observation";
import { HOST_TYPE } from "./resourceTypes";

export interface HostFirewallArgs {
  readonly plan: HostPlan;
  /** Resolves when nothing speaks against touching the host. */
  readonly clearance: Promise<void>;
  readonly turns: Turns;
  readonly rollout: Promise<Rollout>;
}

/** One host: apply loads the rules and arms the rollback, confirm proves over a second connection that the host
 * is still reachable. */
export class HostFirewall extends pulumi.ComponentResource {
  /** Resolves when the host was confirmed. */
  readonly confirmed: pulumi.Output<boolean>;

  constructor(name: string, args: HostFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super(HOST_TYPE, name, {}, opts);
    if (opts?.parent !== undefined) {
      failsWith(this, promiseOf(opts.parent.urn));
    }
    const { plan, clearance } = args;
    const { owner, connection, payload, facts } = plan;
    report(facts, owner.host, this);

    const text = async (verb: Verb): Promise<string> => {
      const { observation } = await facts;
      await clearance;
      return hostCommand(verb, markerOf(observation));
    };
    const turn = takesTurn(args);
    const inputs = {
      connection: connection.apply(async (known) => {
        await clearance;
        return known;
      }),
      logging: command.remote.Logging.None,
      addPreviousOutputInEnv: false,
    };
    const options: pulumi.CustomResourceOptions = {
      parent: this,
      additionalSecretOutputs: ["stdout", "stderr"],
      transforms: keepMarkerOfUnchecked(facts),
    };

    const apply = new command.remote.Command(
      `${name}-apply`,
      {
        ...inputs,
        create: turn.begun.then(() => bringScript(plan, this)).then(() => text("apply")),
        delete: hostCommand("remove", "-"),
        stdin: payload,
      },
      // Where somebody replaces it, the old one's remove must not take the new one's rules away.
      { ...options, deleteBeforeReplace: true },
    );
    // What apply printed names the attempt: confirm runs whenever apply ran, and confirms nothing else.
    const attempted = apply.stdout.apply(async (printed) => {
      await plan.knockAgain();
      const manifest = confirmManifest(printOwner(owner), attemptOf(printed));
      return fillConfirmEnvelope({ owner: printOwner(owner), manifest });
    });
    const confirm = new command.remote.Command(
      `${name}-confirm`,
      { ...inputs, create: text("confirm"), stdin: pulumi.secret(attempted) },
      { ...options, dependsOn: [apply] },
    );
    const failing = Promise.all([clearance, promiseOf(payload)]);
    for (const each of [apply, confirm]) {
      failsWith(each, failing);
    }
    turn.ends(confirm);
    void endHost(args, confirm);
    // The name fails with the inputs; what else there is of the resource would never come.
    this.confirmed = confirm.urn
      .apply<string>((): pulumi.OutputInstance<string> => pulumi.unsecret(confirm.stdout))
      .apply((printed) => {
        requireConfirmed(owner.host, printed);
        return true;
      });
    this.registerOutputs({});
  }
}

/** Where it cannot be brought, the host's own apply fails, and no other host's. */
async function bringScript(plan: HostPlan, resource: pulumi.Resource): Promise<void> {
  const problem = await plan.bringScript();
  if (problem !== undefined) {
    sayOf(resource, "warn", `${plan.owner.host}: the host script could not be brought there: ${problem}`);
  }
}

interface Turn {
  readonly begun: Promise<void>;
  /** When the engine has done with this resource, whatever came of it. */
  ends(last: pulumi.Resource): void;
}

/** Begins when all is there that apply waits for, or a host that waits would keep others from their turns. */
function takesTurn({ plan, clearance, turns, rollout }: HostFirewallArgs): Turn {
  const ended = signal();
  return {
    begun: begin(),
    ends: (last) => void promiseOf(last.urn).then(ended.give, ended.give),
  };

  async function begin(): Promise<void> {
    await Promise.all([plan.facts, clearance, promiseOf(plan.payload), promiseOf(plan.connection)]);
    // Who waits for others holds no turn, which those may need.
    await (await rollout).begin(plan.owner.host);
    // A host that is in sync too: the engine may find that something else of its command has changed, such as a key.
    await turns.take(ended.given);
  }
}

/** Lets go of the host, and tells the rollout what became of it, whatever the engine was told to do after errors. */
async function endHost({ plan, rollout }: HostFirewallArgs, confirm: command.remote.Command): Promise<void> {
  const { host } = plan.owner;
  // Where the policy was refused, there is none.
  const waves = await rollout.catch(() => undefined);
  const ending = await endingOf();
  plan.letGo();
  waves?.end(host, ending);

  async function endingOf(): Promise<Ending> {
    try {
      await promiseOf(confirm.urn);
      const printed = await knownValue(confirm.stdout);
      if (printed !== undefined && isConfirmed(printed)) return "confirmed";
    } catch {
      // It ends with what is known of the host.
    }
    const facts = await plan.facts.catch(() => undefined);
    return facts?.observation.kind === "unchecked" ? "notReached" : "failed";
  }
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
function keepMarkerOfUnchecked(facts: Promise<HostFacts>): pulumi.ResourceTransform[] {
  if (programKind() === "mocked") {
    return [];
  }
  return [
    inProgram(async (resource) => {
      const { observation } = await facts;
      return observation.kind === "unchecked" ? withoutChange(resource, "create") : undefined;
    }),
  ];
}

function report(facts: Promise<HostFacts>, host: string, resource: pulumi.Resource): void {
  facts.then(
    ({ observation, warnings }) => {
      if (observation.kind === "unguarded" && observation.findings.length === 0) {
        sayOf(resource, "info", `${host}: carries none of our rules`);
      }
      for (const warning of [...warningsOf(observation), ...warnings]) {
        sayOf(resource, "warn", `${host}: ${warning}`);
      }
    },
    // The component is refused with that.
    () => {},
  );
}

const ROLLED_BACK =
  "put its old rules back: under the last ones Pulumi could not connect a second time; the next up tries again";

function warningsOf(observation: Observation): readonly string[] {
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
