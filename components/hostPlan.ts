import * as pulumi from "@pulumi/pulumi";
import { findFacts, type HostFacts } from "./hostFacts";
import type { Host } from "./inputs/host";
import type { Reporter } from "./inputs/reporter";
import { knownValue, promiseOf } from "./outputs/ifKnown";
import type { Problem } from "./policy/policyError";
import { patienceWith } from "./program/patienceWith";
import type { Connection, ConnectionResult } from "./remote/connection";
import { fillEnvelope, SCRIPT_DIGEST } from "./remote/envelope";
import { type Owner, printOwner, writeManifest } from "./remote/manifest";
import type { OpenWay } from "./remote/openWay";
import type { HostRules } from "./ruleset/hostRules";

/** Everything about one host before a resource is made for it. */
export interface HostPlan {
  readonly owner: Owner;
  readonly connection: pulumi.Output<Connection>;
  readonly rules: pulumi.Output<HostRules>;
  /** What apply gets on standard input. Secret. */
  readonly payload: pulumi.Output<string>;
  /** Rejects where the policy was refused, or the program. */
  readonly facts: Promise<HostFacts>;
  /**
   * Brings the host script to a host that may lack it, in an update.
   *
   * @returns why it could not be brought; apply says then that it is not there.
   */
  bringScript(): Promise<string | undefined>;
  /** Where the program knocks for itself: new rules know nobody. */
  knockAgain(): Promise<void>;
  /** Stops to hold the way to the host open. */
  letGo(): void;
}

export interface HostPlanInputs {
  readonly component: string;
  readonly host: Host;
  /** Secret as a whole, and with them all that is made of them. */
  readonly rules: pulumi.Output<HostRules>;
  /** Resolves when a probe would meet the host that the rules are for. */
  readonly ready: pulumi.Output<readonly unknown[]>;
}

/**
 * Asks the host how it is, and compares that with what is desired. As far as the SDK need not know whether a value is secret or
 * unknown, it is a promise: an Output costs some twenty, and a fleet has thousands of hosts.
 */
export function planHost({ component, host, ready, ...given }: HostPlanInputs): HostPlan {
  // As long as it is not known whether the host has a network of tokens, nor are its rules.
  const rules =
    host.tokenNetwork === undefined
      ? given.rules
      : pulumi.output(host.tokenNetwork).apply<HostRules>(() => given.rules);
  const owner = { project: pulumi.getProject(), stack: pulumi.getStack(), component, host: host.name };
  // A connection that was refused has failed the policy, so that it never comes this far.
  const connection = rules.apply<Connection>(() => host.connection.apply(toConnection));
  const write = ({ policy, ruleset, packed }: HostRules, adopt?: string) => {
    const manifest = writeManifest({ owner, adopt, policy, ruleset, script: SCRIPT_DIGEST });
    return {
      token: manifest.token,
      payload: fillEnvelope({ owner: printOwner(owner), manifest: manifest.text, packedRuleset: packed }),
    };
  };
  const written =
    host.adopt === undefined
      ? rules.apply((known) => write(known))
      : pulumi.output(host.adopt).apply((adopt) => rules.apply((known) => write(known, adopt)));
  const held: OpenWay[] = [];
  const facts = askWhenKnown();
  return {
    owner,
    connection,
    rules,
    payload: written.apply(({ payload }) => payload),
    facts,
    bringScript: async () => {
      const { lacksScript } = await facts;
      if (!lacksScript || pulumi.runtime.isDryRun()) {
        return undefined;
      }
      const { deliverScript } = await import("./remote/deliverScript.js");
      return deliverScript(await promiseOf(connection), owner, patienceWith(host.name));
    },
    knockAgain: async () => {
      await Promise.all(held.map((way) => way.again()));
    },
    letGo: () => {
      for (const way of held.splice(0)) {
        way.close();
      }
    },
  };

  async function askWhenKnown(): Promise<HostFacts> {
    const [reach, known, wanted, dependencies] = await Promise.all([
      knownValue(connection),
      knownValue(rules),
      knownValue(written),
      knownValue(ready),
    ]);
    return findFacts(
      {
        name: host.name,
        connection: dependencies === undefined ? undefined : reach,
        rules: known,
        desired: wanted && { token: wanted.token, owner: printOwner(owner) },
      },
      held,
    );
  }
}

/**
 * Resolves for the plans that may be touched: nothing speaks against any of their hosts, and in the whole fleet none
 * is unchecked that must not be.
 *
 * @param unchecked of the whole fleet
 */
export async function clearanceOf(
  reporter: Reporter,
  plans: readonly HostPlan[],
  unchecked: Promise<readonly Problem[]>,
): Promise<void> {
  const [perPlan, notChecked] = await Promise.all([
    Promise.all(plans.map(async ({ facts }) => (await facts).problems)),
    unchecked,
  ]);
  const problems = [...perPlan.flat(), ...notChecked];
  if (problems.length > 0) {
    throw reporter.refuse(problems);
  }
}

/** That hosts of a fleet did not answer which must. */
export async function uncheckedOf(plans: readonly HostPlan[]): Promise<readonly Problem[]> {
  return (await Promise.all(plans.map(async ({ facts }) => (await facts).unchecked))).flat();
}

function toConnection(result: ConnectionResult): Connection {
  if (result.kind === "refused") {
    throw new Error("bug: a refused connection passed the policy");
  }
  return result.connection;
}
