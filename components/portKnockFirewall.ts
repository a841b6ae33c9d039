import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import { describeHosts } from "./describedHost";
import { HostFirewall } from "./hostFirewall";
import { clearanceOf, planHost } from "./hostPlan";
import type { Policy } from "./policy/policy";
import { printSequence } from "./policy/sequence";
import { compilePolicy } from "./ruleset/compilePolicy";
import { printRuleset } from "./ruleset/printRuleset";
import { validatePolicy } from "./validatePolicy";

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
  /** Host name → the nftables text of its table. Secret. */
  readonly rulesets: pulumi.Output<Record<string, string>>;
  /** Host name → service name → the sequence, as a client takes it: `7000/tcp,8000/udp`. Secret. */
  readonly knocks: pulumi.Output<Record<string, Record<string, string>>>;

  constructor(name: string, args: PortKnockFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-portknock:index:PortKnockFirewall", name, {}, opts);
    const { hosts, ...rules } = args;
    const described = describeHosts(hosts);
    const policy = validatePolicy(this, rules, described);
    const ruleset = pulumi.secret(policy.apply((valid) => printRuleset(compilePolicy(valid))));
    const plans = described.map((host) => planHost({ component: name, host, policy, ruleset }));
    // An update touches no host before the whole fleet is clear. A preview touches nothing, and there a host that
    // is still to be created would hide the others.
    const groups = pulumi.runtime.isDryRun() ? plans.map((plan) => [plan]) : [plans];
    for (const group of groups) {
      const clearance = clearanceOf(this, group);
      for (const plan of group) {
        new HostFirewall(`${name}-${plan.owner.host}`, { plan, ruleset, clearance }, { parent: this });
      }
    }

    const names = Object.keys(hosts).toSorted();
    const sequences = pulumi.secret(policy.apply(clientSequences));
    this.hosts = pulumi.output(names);
    this.rulesets = forEachHost(names, ruleset);
    this.knocks = forEachHost(names, sequences);
    this.registerOutputs({ hosts: this.hosts, rulesets: this.rulesets, knocks: this.knocks });
  }
}

function clientSequences({ services }: Policy): Record<string, string> {
  return Object.fromEntries(services.map(({ name, sequence }) => [name, printSequence(sequence)]));
}

function forEachHost<T>(names: readonly string[], value: pulumi.Output<T>): pulumi.Output<Record<string, T>> {
  return value.apply((each) => Object.fromEntries(names.map((name) => [name, each])));
}
