import * as pulumi from "@pulumi/pulumi";
import type { KnockerArgs, PortKnockFirewallArgs } from "./args";
import { isPlain, namedEntries } from "./outputs/plainInput";
import { namedSequences, namedTokens } from "./policy/namedSequences";
import type { Policy } from "./policy/policy";
import { printSequence } from "./policy/sequence";
import { isSameSequence, type Opener, resourceName, type SequenceId } from "./policy/sequenceId";
import { failsWith } from "./program/failsWith";

/** One secret sequence, or what tokens are made of. */
export interface SequenceSecret {
  /** `ssh` for the sequence of that service, `ssh.close`, `knockers.alice.admit`, or `baseline.unban`. */
  readonly name: string;
  /** Secret. */
  readonly sequence: pulumi.Output<string>;
}

/**
 * Shows in review that a sequence changed, and nothing of it. Pulumi masks secrets before it compares them for
 * display (3.259): one that changed looks the same, and only the resource that holds it is shown as updated. So
 * each sequence is a resource, which carries the service's name.
 */
export class KnockSequence extends pulumi.ComponentResource {
  constructor(name: string, sequence: pulumi.Output<string>, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-portknock:index:KnockSequence", name, { sequence }, opts);
    failsWith(this, sequence);
    this.registerOutputs({});
  }
}

/** In canonical form: another way to write the same sequence changes nothing. */
export function sequenceSecrets(
  { services, knockers, baseline }: PortKnockFirewallArgs,
  policy: pulumi.Output<Policy>,
): readonly SequenceSecret[] {
  const secretOf = (id: SequenceId): SequenceSecret => ({
    name: resourceName(id),
    sequence: pulumi.secret(policy.apply(printed(id))),
  });
  const secretsOf = (
    opener: Opener,
    written: Partial<Pick<KnockerArgs, "sequence" | "token" | "closeSequence">>,
  ) => [
    ...(written.sequence === undefined && written.token === undefined
      ? []
      : [secretOf({ kind: "admit", opener })]),
    ...(written.closeSequence === undefined ? [] : [secretOf({ kind: "close", opener })]),
  ];
  // What is inside a baseline that comes later cannot be seen here: it has an empty sequence where it has none.
  const hasUnban = isPlain(baseline) ? baseline.unbanSequence !== undefined : baseline !== undefined;
  return [
    ...namedEntries(services).flatMap(([name, service]) => secretsOf({ kind: "service", name }, service)),
    ...namedEntries(knockers).flatMap(([name, knocker]) => secretsOf({ kind: "knocker", name }, knocker)),
    ...(hasUnban ? [secretOf({ kind: "unban" })] : []),
  ];
}

function printed(id: SequenceId): (policy: Policy) => string {
  return (policy) => {
    const token = namedTokens(policy).find((named) => isSameSequence(named.id, id));
    const sequence = namedSequences(policy).find((named) => isSameSequence(named.id, id));
    return token?.secret ?? printSequence(sequence?.knocks ?? []);
  };
}
