import * as pulumi from "@pulumi/pulumi";
import type { KnockerArgs, PortKnockFirewallArgs } from "../args";
import { outlineOf } from "../outline/outline";
import { printOutline } from "../outline/printOutline";
import { outputOf } from "../outputs/ifKnown";
import { isPlain, namedEntries } from "../outputs/plainInput";
import type { FleetPolicy } from "../policy/policy";
import { ownDifferences } from "./host";
import { reviewHost } from "./reviewedHost";

/**
 * The policy for review, a fact a line: Pulumi stores a component's inputs, and shows what changes in them.
 * Nothing of the arguments is passed on as it came: they hold keys.
 */
export function reviewText(
  args: PortKnockFirewallArgs,
  policy: pulumi.Output<FleetPolicy>,
): pulumi.Output<string> {
  const reviewed = namedEntries(args.hosts).map(([name, host]) => reviewHost(name, host));
  const hosts = outputOf(Promise.all(reviewed));
  const text = pulumi.unsecret(
    pulumi.all([policy, hosts]).apply(([valid, known]) => printOutline(outlineOf(valid, known))),
  );
  // Whoever makes more than the sequences a secret gets a secret text.
  return pulumi.all([withoutSequences(args)]).apply<string>((): pulumi.OutputInstance<string> => text);
}

/** What the text is made of but the sequences, and how hosts are reached, whose secrets are looked at one by one. */
function withoutSequences({
  hosts,
  services,
  knockers,
  baseline,
  derive,
  ...rest
}: PortKnockFirewallArgs): unknown {
  const plain = [...namedEntries<Partial<KnockerArgs>>(services), ...namedEntries(knockers)].map(
    ([, { sequence, token, closeSequence, ...others }]) => others,
  );
  const networks = namedEntries(hosts).map(([, { tokenNetwork }]) => tokenNetwork);
  return [
    rest,
    plain,
    networks,
    ownDifferences(hosts),
    isPlain(baseline) ? { ...baseline, unbanSequence: undefined } : baseline,
  ];
}
