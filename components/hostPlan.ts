import * as pulumi from "@pulumi/pulumi";
import { freshTokens } from "./client/freshTokens";
import type { Host } from "./inputs/host";
import type { Reporter } from "./inputs/reporter";
import { coexistenceWarnings } from "./neighbours/coexistence";
import { ifKnown, withoutDependencies } from "./outputs/ifKnown";
import { deployerOpenings, secondsBetweenKnocks } from "./policy/deployerKnocks";
import type { HostPolicy } from "./policy/hostPolicy";
import type { Problem } from "./policy/policyError";
import { deployerProblems, deployerWarnings } from "./policy/rules/lockOut";
import { tokenWarnings } from "./policy/tokenWarnings";
import { unreachable } from "./policy/unreachable";
import { probing } from "./program/probing";
import type { Connection, ConnectionResult } from "./remote/connection";
import type { HostStatus } from "./remote/hostStatus";
import { type Manifest, type Owner, printOwner, writeManifest } from "./remote/manifest";
import { type Observation, observe, UNPROBED } from "./remote/observation";
import { type HeldOpening, type OpenWay, openWay } from "./remote/openWay";
import { type ProbeResult, probeHost } from "./remote/probeHost";
import type { Patience } from "./remote/redial";
import { hostKey } from "./tokens/tokenSecret";

/** Everything about one host before a resource is made for it. */
export interface HostPlan {
  readonly owner: Owner;
  readonly connection: pulumi.Output<Connection>;
  readonly policy: pulumi.Output<HostPolicy>;
  /** The nftables text of its table. Secret. */
  readonly ruleset: pulumi.Output<string>;
  readonly manifest: pulumi.Output<Manifest>;
  readonly observation: pulumi.Output<Observation>;
  readonly wayIn: pulumi.Output<WayIn>;
  /** That the host did not answer, where it must. */
  readonly unchecked: pulumi.Output<readonly Problem[]>;
  /** What the host and its other tables do that somebody should know. */
  readonly coexistence: pulumi.Output<readonly string[]>;
  /** Where the program knocks for itself: new rules know nobody. */
  knockAgain(): Promise<void>;
  /** Stops to hold the way to the host open. */
  letGo(): void;
}

/** Whether Pulumi may touch the host; nothing speaks against it where nobody could ask the host. */
export interface WayIn {
  /** It cannot be guarded, or the rules would shut Pulumi out. */
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

export interface HostPlanInputs {
  readonly component: string;
  readonly host: Host;
  readonly policy: pulumi.Output<HostPolicy>;
  readonly ruleset: pulumi.Output<string>;
  /** Resolves when a probe would meet the host that the rules are for. */
  readonly ready: pulumi.Output<unknown>;
}

/** Asks the host how it is, and compares that with what is desired. */
export function planHost({ component, host, policy, ruleset, ready }: HostPlanInputs): HostPlan {
  const owner = { project: pulumi.getProject(), stack: pulumi.getStack(), component, host: host.name };
  // A connection that was refused has failed the policy, so that it never comes this far.
  const connection = pulumi.all([policy, host.connection]).apply(([, result]) => toConnection(result));
  const manifest = pulumi.secret(
    pulumi
      .all([host.adopt, policy, ruleset])
      .apply(([adopt, desired, rules]) =>
        writeManifest({ owner, adopt, policy: desired.policy, ruleset: rules }),
      ),
  );
  const held: OpenWay[] = [];
  const probed =
    probing() === "off"
      ? pulumi.output<ProbeResult | undefined>(undefined)
      : ifKnown(pulumi.all([connection, policy, ready])).apply(
          async (known) => known && askHost(host.name, known[0], known[1], held),
        );
  const observation = pulumi
    .all([probed, ifKnown(manifest)])
    .apply(([result, desired]) =>
      result && desired ? observe(result, { token: desired.token, owner: printOwner(owner) }) : UNPROBED,
    );
  const wayIn = pulumi
    .all([probed, ifKnown(policy), ifKnown(connection)])
    .apply(([result, policyKnown, known]): WayIn => {
      // Behind a proxy the host sees the proxy come, for which nobody here can knock.
      const desired =
        policyKnown && known?.proxy !== undefined
          ? { ...policyKnown.policy, deployer: "" }
          : policyKnown?.policy;
      if (result?.kind === "unfit") {
        return { problems: [unfitProblem(host.name, result.reason)], warnings: [] };
      }
      const deployer = result?.kind === "answered" ? result.status.deployer : undefined;
      return deployer && desired
        ? {
            problems: deployerProblems(desired, host.name, deployer, now()),
            warnings: deployerWarnings(desired, deployer, now()),
          }
        : { problems: [], warnings: [] };
    });
  const unchecked =
    probing() === "required"
      ? probed.apply((result) => uncheckedProblems(host.name, result))
      : pulumi.output([]);
  const coexistence = pulumi
    .all([probed, ifKnown(policy)])
    .apply(([result, desired]) =>
      result?.kind === "answered" && desired
        ? [
            ...result.status.warnings,
            ...tokensOf(result.status),
            ...coexistenceWarnings(desired.policy, result.status.otherTables),
          ]
        : [],
    );
  // Neither words about drift nor markers are secret, and a preview should show them.
  return {
    owner,
    connection,
    policy,
    ruleset,
    manifest,
    observation: pulumi.unsecret(observation),
    wayIn: pulumi.unsecret(wayIn),
    unchecked: pulumi.unsecret(unchecked),
    coexistence: pulumi.unsecret(coexistence),
    knockAgain: async () => {
      await Promise.all(held.map((way) => way.again()));
    },
    letGo: () => {
      for (const way of held.splice(0)) {
        way.close();
      }
    },
  };
}

function tokensOf({ deployer }: HostStatus): readonly string[] {
  return deployer?.tokens === undefined ? [] : tokenWarnings(deployer.tokens, now());
}

function now(): number {
  return Date.now() / 1000;
}

/** Where the program knocks for itself, it does so before it asks, and in an update until somebody lets go of the way. */
async function askHost(
  host: string,
  connection: Connection,
  desired: HostPolicy,
  held: OpenWay[],
): Promise<ProbeResult> {
  const patience = patienceWith(host);
  const server = connection.proxy ?? connection;
  const [first, ...others] = heldOpenings(host, connection, desired);
  if (first === undefined) {
    return probeHost(connection, patience);
  }
  const way = await openWay(server, [first, ...others]);
  const result = await probeHost(connection, patience);
  if (pulumi.runtime.isDryRun()) {
    way.close();
  } else {
    held.push(way);
  }
  return result.kind === "unchecked"
    ? { ...result, reason: `${result.reason}, after knocks as ${way.tried.join(", ")}` }
    : result;
}

/** Tokens, and sequences that are derived, are for one host, and of a proxy nobody says which host it is. */
function heldOpenings(
  host: string,
  { port, proxy }: Connection,
  { policy, attempts }: HostPolicy,
): readonly HeldOpening[] {
  return deployerOpenings(policy).flatMap((known): readonly HeldOpening[] => {
    if (proxy !== undefined && (known.kind === "token" || attempts.has(known.path))) {
      return [];
    }
    const { name, kind } = known;
    const everySeconds = secondsBetweenKnocks(policy, proxy?.port ?? port, kind);
    switch (kind) {
      case "sequence":
        return [{ name, everySeconds, opening: { kind, sequence: known.sequence } }];
      case "token": {
        const next = freshTokens(hostKey(known.secret, host, name), known.perSlot);
        return [{ name, everySeconds, opening: { kind: "tokens", next } }];
      }
      default:
        return unreachable(kind);
    }
  });
}

/**
 * Resolves for the plans that may be touched: nothing speaks against any of their hosts, and in the whole fleet none
 * is unchecked that must not be.
 */
export function clearanceOf(
  reporter: Reporter,
  plans: readonly HostPlan[],
  fleet: readonly HostPlan[],
): pulumi.Output<unknown> {
  const gates = [
    ...plans.map(({ wayIn }) => wayIn.apply(({ problems }) => problems)),
    ...fleet.map(({ unchecked }) => unchecked),
  ];
  // Without dependencies, or every host's commands would hang on every other host's machine.
  return withoutDependencies(pulumi.all(gates)).apply((perGate) => {
    const problems = perGate.flat();
    if (problems.length > 0) {
      throw reporter.refuse(problems);
    }
  });
}

/** Hosts and probe say what is wrong and, behind a semicolon, what to do. */
function unfitProblem(host: string, reason: string): Problem {
  const [problem = "", ...remedy] = reason.split("; ");
  return { path: `hosts.${host}`, problem: `cannot be guarded: ${problem}`, remedy: remedy.join("; ") };
}

/** A host that does not exist yet has nothing to be checked. */
function uncheckedProblems(host: string, result: ProbeResult | undefined): readonly Problem[] {
  return result?.kind === "unchecked"
    ? [
        {
          path: `hosts.${host}`,
          problem: `was not checked, and portknock:probe is required: it ${result.reason}`,
          remedy: "mend the way there, or take it out of hosts",
        },
      ]
    : [];
}

function patienceWith(host: string): Patience {
  return {
    kind: pulumi.runtime.isDryRun() ? "preview" : "update",
    onWaiting: (words) => void pulumi.log.info(`${host}: ${words}`),
  };
}

function toConnection(result: ConnectionResult): Connection {
  if (result.kind === "refused") {
    throw new Error("bug: a refused connection passed the policy");
  }
  return result.connection;
}
