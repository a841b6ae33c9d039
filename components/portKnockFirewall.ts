import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import { dependenciesOf } from "./dependenciesOf";
import { describeHosts } from "./describedHost";
import { HostFirewall } from "./hostFirewall";
import { clearanceOf, planHost } from "./hostPlan";
import { KnockSequence, sequenceSecrets } from "./knockSequence";
import { namedSequences } from "./policy/namedSequences";
import type { Policy } from "./policy/policy";
import { printSequence } from "./policy/sequence";
import { promisedOutput } from "./promisedOutput";
import { reporterOf } from "./reporter";
import { reviewText } from "./reviewText";
import { compilePolicy } from "./ruleset/compilePolicy";
import { printRuleset } from "./ruleset/printRuleset";
import { validatePolicy } from "./validatePolicy";

const TYPE = "pulumi-portknock:index:PortKnockFirewall";

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
  /** Host name → service name → the sequence, as a client takes it: `7000/tcp,8000/udp`. Secret. */
  readonly knocks: pulumi.Output<Record<string, Record<string, string>>>;

  constructor(name: string, args: PortKnockFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    const later = promisedOutput<string | undefined>();
    super(TYPE, name, { policy: later.output }, keepingReviewed(opts));
    const described = describeHosts(args.hosts);
    const reporter = reporterOf(this, name);
    const { policy, isAccepted } = validatePolicy(reporter, args, described);
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
    const plans = described.map((host) => planHost({ component: name, host, policy, ruleset, ready }));
    // An update touches no host before the whole fleet is clear. A preview touches nothing, and there a host that
    // is still to be created would hide the others.
    const groups = pulumi.runtime.isDryRun() ? plans.map((plan) => [plan]) : [plans];
    const firewalls = groups.flatMap((group) => {
      const clearance = clearanceOf(reporter, group);
      return group.map((plan) => {
        const { host } = plan.owner;
        const inputs = { plan, ruleset, clearance };
        return { host, firewall: new HostFirewall(`${name}-${host}`, inputs, { parent: this }) };
      });
    });

    // What a client needs changes when the host has confirmed it, and not before; so does what is compared in review.
    const sequences = pulumi.secret(policy.apply(clientSequences));
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
    this.registerOutputs({
      hosts: this.hosts,
      policy: this.policy,
      rulesets: this.rulesets,
      knocks: this.knocks,
    });
  }
}

/**
 * A refused policy changes nothing, not even the text that was reviewed last: it has no text of its own, and the
 * one in state stays. Only a transform can still decide that once the policy is known.
 */
function keepingReviewed(opts: pulumi.ComponentResourceOptions = {}): pulumi.ComponentResourceOptions {
  if (!pulumi.runtime.hasEngine()) {
    return opts;
  }
  // The component's transforms are its children's too.
  const keep: pulumi.ResourceTransform = async ({ type, props, opts: given }) =>
    type === TYPE && props["policy"] === undefined
      ? { props, opts: { ...given, ignoreChanges: [...(given.ignoreChanges ?? []), "policy"] } }
      : undefined;
  return { ...opts, transforms: [...(opts.transforms ?? []), keep] };
}

function clientSequences(policy: Policy): Record<string, string> {
  return Object.fromEntries(
    namedSequences(policy).flatMap((sequence) =>
      sequence.action === "admit"
        ? sequence.services.map(({ name }) => [name, printSequence(sequence.knocks)])
        : [],
    ),
  );
}
