import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import { HostFirewall } from "./hostFirewall";
import { clearanceOf, planHost } from "./hostPlan";
import { hostsOf } from "./inputs/host";
import { reporterOf } from "./inputs/reporter";
import { reviewText } from "./inputs/reviewText";
import { validatePolicy } from "./inputs/validatePolicy";
import { KnockSequence, sequenceSecrets } from "./knockSequence";
import { dependenciesOf } from "./outputs/dependenciesOf";
import { promisedOutput } from "./outputs/promisedOutput";
import { namedSequences } from "./policy/namedSequences";
import type { Policy } from "./policy/policy";
import { printSequence } from "./policy/sequence";
import { keepOutOfDebugLog } from "./program/debugLog";
import { failsProgram } from "./program/failsProgram";
import { failsWith } from "./program/failsWith";
import { inProgram } from "./program/inProgram";
import { programKind } from "./program/programKind";
import { withoutChange } from "./program/withoutChange";
import { compilePolicy } from "./ruleset/compilePolicy";
import { printRuleset } from "./ruleset/printRuleset";

const TYPE = "pulumi-portknock:index:PortKnockFirewall";

keepOutOfDebugLog();

/**
 * Hides ports of Linux hosts behind knock sequences: one nftables table per host, loaded over SSH, confirmed over
 * a second connection or rolled back by the host, compared with what is there on every preview and update.
 *
 * @example
 * ```ts
 * new PortKnockFirewall("edge", {
 *   hosts: { "web-1": { connection: { host: "203.0.113.10", privateKey: config.requireSecret("key") } } },
 *   services: { ssh: { ports: ["22"], sequence: config.requireSecret("sshSequence") } },
 *   allow: ["198.51.100.7"],
 * });
 * ```
 */
export class PortKnockFirewall extends pulumi.ComponentResource {
  /** The names of the hosts, sorted. */
  readonly hosts: pulumi.Output<string[]>;
  /** The policy that every host has confirmed, as text for review: a fact a line, no port of a sequence, no key. */
  readonly policy: pulumi.Output<string>;
  /** Host name → the nftables text of its table. Secret. */
  readonly rulesets: pulumi.Output<Record<string, string>>;
  /** Host name → service name → the service's own sequence, as a client takes it: `7000/tcp,8000/udp`. Secret. */
  readonly knocks: pulumi.Output<Record<string, Record<string, string>>>;
  /** Host name → knocker's name → his sequence, as a client takes it. Secret. */
  readonly knockers: pulumi.Output<Record<string, Record<string, string>>>;

  constructor(name: string, args: PortKnockFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    const later = promisedOutput<string | undefined>();
    super(TYPE, name, { policy: later.output }, keepingReviewed(opts));
    failsWith(this, later.output);
    const hosts = hostsOf(args.hosts);
    const reporter = reporterOf(this, name);
    const { policy, isAccepted } = validatePolicy(reporter, args, hosts);
    const reviewed = reviewText(args, policy);
    later.fulfil(
      isAccepted.apply<string | undefined>(
        (accepted): pulumi.OutputInstance<string | undefined> =>
          accepted ? reviewed : pulumi.output<string | undefined>(undefined),
      ),
    );
    for (const secret of sequenceSecrets(args, policy)) {
      new KnockSequence(`${name}-${secret.name}`, secret.sequence, { parent: this });
    }
    const ruleset = pulumi.secret(policy.apply((valid) => printRuleset(compilePolicy(valid))));
    const ready = dependenciesOf(opts);
    const plans = hosts.map((host) => planHost({ component: name, host, policy, ruleset, ready }));
    // An update touches no host before the whole fleet is clear. A preview touches nothing, and there a host that
    // is still to be created would hide the others.
    const groups = pulumi.runtime.isDryRun() ? plans.map((plan) => [plan]) : [plans];
    const firewalls = groups.flatMap((group) => {
      const clearance = clearanceOf(reporter, group, plans);
      return group.map((plan) => {
        const { host } = plan.owner;
        const inputs = { plan, ruleset, clearance };
        return { host, firewall: new HostFirewall(`${name}-${host}`, inputs, { parent: this }) };
      });
    });

    // What a client needs changes when the host has confirmed it, and not before; so does what is compared in review.
    const sequences = pulumi.secret(policy.apply(serviceSequences));
    const ofKnockers = pulumi.secret(policy.apply(knockerSequences));
    const perHost = <T>(value: pulumi.Output<T>): Record<string, pulumi.Output<T>> =>
      Object.fromEntries(
        firewalls.map(({ host, firewall }) => [
          host,
          firewall.confirmed.apply<T>((): pulumi.OutputInstance<T> => value),
        ]),
      );
    this.hosts = pulumi.output(firewalls.map(({ host }) => host).toSorted());
    this.policy = pulumi
      .all(firewalls.map(({ firewall }) => firewall.confirmed))
      .apply<string>((): pulumi.OutputInstance<string> => reviewed);
    this.rulesets = pulumi.all(perHost(ruleset));
    this.knocks = pulumi.all(perHost(sequences));
    this.knockers = pulumi.all(perHost(ofKnockers));
    failsProgram(this, name, pulumi.all([this.policy, this.rulesets, this.knocks, this.knockers]));
    this.registerOutputs({
      hosts: this.hosts,
      policy: this.policy,
      rulesets: this.rulesets,
      knocks: this.knocks,
      knockers: this.knockers,
    });
  }
}

/**
 * A refused policy changes nothing, not even the text that was reviewed last: it has no text of its own, and the
 * one in state stays. Only a transform can still decide that once the policy is known.
 */
function keepingReviewed(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
  if (programKind() === "mocked") {
    return opts;
  }
  // The component's transforms are its children's too.
  const keep: pulumi.ResourceTransform = async (resource) =>
    resource.type === TYPE && resource.props["policy"] === undefined
      ? withoutChange(resource, "policy")
      : undefined;
  return { ...opts, transforms: [...(opts.transforms ?? []), keep].map(inProgram) };
}

/** Of a service that knockers alone open, there is none. */
function serviceSequences(policy: Policy): Record<string, string> {
  return Object.fromEntries(
    namedSequences(policy).flatMap((sequence) =>
      sequence.action === "admit" && sequence.opener.kind === "service"
        ? sequence.services.map(({ name }) => [name, printSequence(sequence.knocks)])
        : [],
    ),
  );
}

/** Who has tokens has the secret that they are made of already. */
function knockerSequences({ knockers }: Policy): Record<string, string> {
  return Object.fromEntries(
    knockers.flatMap(({ name, opening }) =>
      opening.kind === "own" ? [[name, printSequence(opening.sequence)]] : [],
    ),
  );
}
