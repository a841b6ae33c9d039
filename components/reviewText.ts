import * as pulumi from "@pulumi/pulumi";
import type { PortKnockFirewallArgs } from "./args";
import { withoutDependencies } from "./ifKnown";
import { describePolicy } from "./policy/describePolicy";
import { isName } from "./policy/nameProblem";
import type { Policy } from "./policy/policy";
import { isPlain, reviewHost } from "./reviewedHost";

/**
 * The policy for review, a fact a line: Pulumi stores a component's inputs, and shows what changes in them.
 * Nothing of the arguments is passed on as it came: they hold keys.
 */
export function reviewText(
  args: PortKnockFirewallArgs,
  policy: pulumi.Output<Policy>,
): pulumi.Output<string> {
  const named = Object.entries(args.hosts).filter(([name]) => isName(name));
  const hosts = withoutDependencies(pulumi.all(named.map(([name, host]) => reviewHost(name, host))));
  const text = pulumi.unsecret(
    pulumi.all([policy, hosts]).apply(([valid, reviewed]) => describePolicy(valid, reviewed)),
  );
  // Whoever makes more than the sequences a secret gets a secret text.
  return pulumi.all([withoutSequences(args)]).apply<string>((): pulumi.OutputInstance<string> => text);
}

/** What the text is made of but the sequences, and the hosts, whose secrets are looked at one by one. */
function withoutSequences({ hosts, services, baseline, ...rest }: PortKnockFirewallArgs): unknown {
  const plain = Object.values(services).map(({ sequence, closeSequence, ...service }) => service);
  return [rest, plain, isPlain(baseline) ? { ...baseline, unbanSequence: undefined } : baseline];
}
