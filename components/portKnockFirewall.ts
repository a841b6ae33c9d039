import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import { HostFirewall } from "./hostFirewall";
import { clearanceOf, planHost, uncheckedOf } from "./hostPlan";
import { hostsOf } from "./inputs/host";
import { reporterOf } from "./inputs/reporter";
import { reviewText } from "./inputs/reviewText";
import { validatePolicy } from "./inputs/validatePolicy";
import { KnockSequence, sequenceSecrets } from "./knockSequence";
import { dependenciesOf } from "./outputs/dependenciesOf";
import { promiseOf } from "./outputs/ifKnown";
import { promisedOutput } from "./outputs/promisedOutput";
import { type HostPolicy, hostPolicies } from "./policy/hostPolicy";
import { namedSequences } from "./policy/namedSequences";
import type { FleetPolicy } from "./policy/policy";
import { derivedTokens } from "./policy/rules/deriveRules";
import { printSequence } from "./policy/sequence";
import { wavesOf } from "./policy/waves";
import { keepOutOfDebugLog } from "./program/debugLog";
import { failsProgram } from "./program/failsProgram";
import { failsWith } from "./program/failsWith";
import { inProgram } from "./program/inProgram";
import { probing } from "./program/probing";
import { programKind } from "./program/programKind";
import { ALL_AT_ONCE } from "./program/rollout";
import { showProgress } from "./program/showProgress";
import { turnsOfProgram } from "./program/turns";
import { withoutChange } from "./program/withoutChange";
import { packRuleset } from "./remote/packing";
import { FIREWALL_TYPE } from "./resourceTypes";
import { type HostRules, hostRules } from "./ruleset/hostRules";
import { startRollout } from "./startRollout";

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
  /**
   * Host name → the nftables text of its table.
   *
   * @secret
   */
  readonly rulesets: pulumi.Output<Record<string, string>>;
  /**
   * Host name → service name → the service's own sequence, as a client takes it: `7000/tcp,8000/udp`.
   *
   * @secret
   */
  readonly knocks: pulumi.Output<Record<string, Record<string, string>>>;
  /**
   * Host name → knocker's name → his sequence, as a client takes it.
   *
   * @secret
   */
  readonly knockers: pulumi.Output<Record<string, Record<string, string>>>;
  /**
   * Knocker's name → what his tokens are made of, where it is derived, as `portknock token` takes it.
   *
   * @secret
   */
  readonly tokenSecrets: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: PortKnockFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    const later = promisedOutput<string | undefined>();
    super(FIREWALL_TYPE, name, { policy: later.output }, keepingReviewed(opts));
    failsWith(this, promiseOf(later.output));
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
    const names = hosts.map((host) => host.name);
    const policyOf = policy.apply(hostPolicies);
    for (const secret of sequenceSecrets(args, { hosts: names, policy, policyOf })) {
      new KnockSequence(`${name}-${secret.name}`, secret.sequence, { parent: this });
    }
    const rulesOf = pulumi.secret(policyOf.apply((of) => hostRules(of, packRuleset)));
    const ready = dependenciesOf(opts);
    const plans = hosts.map((host) => {
      const rules = rulesOf.apply((of) => of(host.name));
      return planHost({ component: name, host, rules, ready });
    });
    if (probing() !== "off") {
      const asked = plans.map(({ facts }) => facts);
      showProgress(this, asked, (done, all) => `asked ${done} of ${all} hosts`);
    }
    const turns = turnsOfProgram();
    const touchesNothing = pulumi.runtime.isDryRun() || programKind() === "mocked";
    const rollout = touchesNothing
      ? Promise.resolve(ALL_AT_ONCE)
      : promiseOf(policy).then((fleet) => {
          const facts = plans.map((plan) => plan.facts);
          return startRollout(this, name, wavesOf(names, fleet.rollout), facts);
        });
    // Who waits for it is told that the policy was refused.
    rollout.catch(() => {});
    // An update touches no host before the whole fleet is clear. A preview touches nothing, and there a host that
    // is still to be created would hide the others.
    const groups = pulumi.runtime.isDryRun() ? plans.map((plan) => [plan]) : [plans];
    const unchecked = uncheckedOf(plans);
    const firewalls = groups.flatMap((group) => {
      const clearance = clearanceOf(reporter, group, unchecked);
      return group.map((plan) => {
        const { host } = plan.owner;
        const inputs = { plan, clearance, turns, rollout };
        return new HostFirewall(`${name}-${host}`, inputs, { parent: this });
      });
    });

    // What a client needs changes when the host has confirmed it, and not before; so does what is compared in review.
    const allConfirmed = pulumi.all(firewalls.map(({ confirmed }) => confirmed)).apply(() => true);
    const whenAllConfirmed = <T>(value: pulumi.Output<T>): pulumi.Output<T> =>
      allConfirmed.apply<T>((): pulumi.OutputInstance<T> => value);
    const perHost = <T>(of: (rules: HostRules) => T): pulumi.Output<Record<string, T>> =>
      whenAllConfirmed(
        rulesOf.apply((rules) => Object.fromEntries(names.map((host) => [host, of(rules(host))]))),
      );
    this.hosts = pulumi.output(names.toSorted());
    this.policy = whenAllConfirmed(reviewed);
    this.rulesets = perHost(({ ruleset }) => ruleset);
    this.knocks = perHost(serviceSequences);
    this.knockers = perHost(knockerSequences);
    this.tokenSecrets = whenAllConfirmed(pulumi.secret(policy.apply(derivedTokenSecrets)));
    const outputs = {
      hosts: this.hosts,
      policy: this.policy,
      knocks: this.knocks,
      knockers: this.knockers,
      tokenSecrets: this.tokenSecrets,
    };
    failsProgram(this, name, pulumi.output({ ...outputs, rulesets: this.rulesets }));
    // Each host's state holds its rules already: those who read this output have it, and the state need not.
    this.registerOutputs(outputs);
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
    resource.type === FIREWALL_TYPE && resource.props["policy"] === undefined
      ? withoutChange(resource, "policy")
      : undefined;
  return { ...opts, transforms: [...(opts.transforms ?? []), keep].map(inProgram) };
}

/** Of a service that knockers alone open, there is none. */
function serviceSequences({ policy }: HostPolicy): Record<string, string> {
  return Object.fromEntries(
    namedSequences(policy).flatMap((sequence) =>
      sequence.action === "admit" && sequence.opener.kind === "service"
        ? sequence.services.map(({ name }) => [name, printSequence(sequence.knocks)])
        : [],
    ),
  );
}

function knockerSequences({ policy }: HostPolicy): Record<string, string> {
  return Object.fromEntries(
    policy.knockers.flatMap(({ name, opening }) =>
      opening.kind === "own" ? [[name, printSequence(opening.sequence)]] : [],
    ),
  );
}

/** Who wrote a secret has it already. */
function derivedTokenSecrets(fleet: FleetPolicy): Record<string, string> {
  return Object.fromEntries(derivedTokens(fleet).map(({ opener, secret }) => [opener.name, secret]));
}
