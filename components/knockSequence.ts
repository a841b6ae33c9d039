import * as pulumi from "@pulumi/pulumi";
import type { KnockerArgs, PortKnockFirewallArgs } from "./args";
import { promiseOf } from "./outputs/ifKnown";
import { isPlain, namedEntries } from "./outputs/plainInput";
import type { HostPolicy } from "./policy/hostPolicy";
import { namedSequences, namedTokens } from "./policy/namedSequences";
import type { FleetPolicy } from "./policy/policy";
import { printSequence } from "./policy/sequence";
import {
  argumentPath,
  isSameSequence,
  type Opener,
  resourceName,
  type SequenceId,
} from "./policy/sequenceId";
import { failsWith } from "./program/failsWith";
import { SEQUENCE_TYPE } from "./resourceTypes";
import { tokenFingerprint } from "./tokens/tokenSecret";

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
    super(SEQUENCE_TYPE, name, { sequence }, opts);
    failsWith(this, promiseOf(sequence));
    this.registerOutputs({});
  }
}

/** A fleet whose policy is still to come. */
export interface FleetToCome {
  /** The names of its hosts. */
  readonly hosts: readonly string[];
  readonly policy: pulumi.Output<FleetPolicy>;
  readonly policyOf: pulumi.Output<(host: string) => HostPolicy>;
}

/** In canonical form: another way to write the same sequence changes nothing. */
export function sequenceSecrets(
  { services, knockers, baseline }: PortKnockFirewallArgs,
  fleet: FleetToCome,
): readonly SequenceSecret[] {
  const secretOf = (id: SequenceId): SequenceSecret => ({
    name: resourceName(id),
    sequence: pulumi.secret(printed(id, fleet)),
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

function printed(id: SequenceId, { hosts, policy, policyOf }: FleetToCome): pulumi.Output<string> {
  return policyOf.apply<string>(
    (of): pulumi.OutputInstance<string> =>
      policy.apply((fleet) => {
        const token = namedTokens(fleet).find((named) => isSameSequence(named.id, id));
        const sequence = namedSequences(fleet).find((named) => isSameSequence(named.id, id));
        const knocks = sequence?.knocks ?? [];
        const drawn = knocks.filter((knock) => knock.port !== "derived");
        const isDrawn = drawn.length === knocks.length;
        return token?.secret ?? (isDrawn ? printSequence(drawn) : printDerived(id, fleet.derive, hosts, of));
      }),
  );
}

/**
 * Another one where the sequence of a host is another one, for a port of it was taken. Where a host comes or goes it stays,
 * but for a host of which a port is taken.
 */
function printDerived(
  id: SequenceId,
  secret: string,
  hosts: readonly string[],
  policyOf: (host: string) => HostPolicy,
): string {
  const path = argumentPath(id);
  const later = hosts.toSorted().flatMap((host) => {
    const { attempts, unhindered } = policyOf(host);
    return unhindered.has(path) ? [`${host} ${attempts.get(path)}`] : [];
  });
  return [`derived ${tokenFingerprint(secret, path)}`, ...later].join(", ");
}
