import * as pulumi from "@pulumi/pulumi";
import { freshTokens } from "./client/freshTokens";
import { coexistenceWarnings } from "./neighbours/coexistence";
import { deployerOpenings, secondsBetweenKnocks } from "./policy/deployerKnocks";
import type { HostPolicy } from "./policy/hostPolicy";
import type { Knock, Policy } from "./policy/policy";
import type { Problem } from "./policy/policyError";
import { deployerProblems, deployerWarnings } from "./policy/rules/lockOut";
import { printSequence } from "./policy/sequence";
import { addressesIn } from "./policy/tokenNetwork";
import { tokenWarnings } from "./policy/tokenWarnings";
import { unreachable } from "./policy/unreachable";
import { patienceWith } from "./program/patienceWith";
import { probing } from "./program/probing";
import type { Connection } from "./remote/connection";
import { SCRIPT_DIGEST } from "./remote/envelope";
import type { HostStatus } from "./remote/hostStatus";
import { type Desired, type Observation, observe, UNPROBED } from "./remote/observation";
import { type HeldOpening, type OpenWay, openWay } from "./remote/openWay";
import type { ProbeResult } from "./remote/probeHost";
import { hostKey } from "./tokens/tokenSecret";

/** What asking a host brought; nothing of it is secret. */
export interface HostFacts {
  readonly observation: Observation;
  /** Why Pulumi may not touch the host: it cannot be guarded, or the rules would shut Pulumi out. Nothing where nobody could ask. */
  readonly problems: readonly Problem[];
  /** That the host did not answer, where it must. */
  readonly unchecked: readonly Problem[];
  /** Whether apply may find no host script there that it can run. Not where the host could not be dialled. */
  readonly lacksScript: boolean;
  /** What the host and its other tables do that somebody should know, and what lets Pulumi in for now alone. */
  readonly warnings: readonly string[];
}

/** What is known of a host, in a preview perhaps not all of it. */
export interface KnownOfHost {
  readonly name: string;
  readonly connection: Connection | undefined;
  readonly rules: HostPolicy | undefined;
  readonly desired: Desired | undefined;
}

/** Asks a host how it is, if enough is known of it, and compares that with what is desired. */
export async function findFacts(host: KnownOfHost, held: OpenWay[]): Promise<HostFacts> {
  const { name, connection, rules, desired } = host;
  const result =
    probing() === "off" || connection === undefined || rules === undefined
      ? undefined
      : await askHost(name, connection, rules, held);
  const status = result?.kind === "answered" ? result.status : undefined;
  const wayIn = judgeWayIn(host, status);
  return {
    observation: result && desired ? observe(result, desired) : UNPROBED,
    problems: result?.kind === "unfit" ? [unfitProblem(name, result.reason)] : wayIn.problems,
    unchecked: probing() === "required" ? uncheckedProblems(name, result) : [],
    lacksScript: result !== undefined && lacksScript(result),
    warnings: [
      ...(status && rules
        ? [...status.warnings, ...tokensOf(status), ...coexistenceWarnings(rules.policy, status.otherTables)]
        : []),
      ...wayIn.warnings,
    ],
  };
}

function lacksScript(result: ProbeResult): boolean {
  switch (result.kind) {
    case "answered": {
      const { status } = result;
      // A rollback that comes now may take it away.
      return status.script !== SCRIPT_DIGEST || (status.kind === "guarded" && status.isPending);
    }
    // It may have thousands of tokens, and takes longer to list them than anybody waits.
    case "unchecked":
      return result.isReached;
    case "unfit":
      return false;
    default:
      return unreachable(result);
  }
}

function judgeWayIn(
  { name, connection, rules }: KnownOfHost,
  status: HostStatus | undefined,
): Pick<HostFacts, "problems" | "warnings"> {
  const deployer = status?.deployer;
  if (deployer === undefined || rules === undefined) {
    return { problems: [], warnings: [] };
  }
  // Behind a proxy the host sees the proxy come, for which nobody here can knock.
  const desired = connection?.proxy === undefined ? rules.policy : { ...rules.policy, deployer: "" };
  return {
    problems: deployerProblems(desired, name, deployer, now()),
    warnings: deployerWarnings(desired, deployer, now()),
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
  const { probeHost } = await import("./remote/probeHost.js");
  const patience = patienceWith(host);
  const server = connection.proxy ?? connection;
  const network = addressesIn(desired.policy)?.cidr;
  const [first, ...others] = heldOpenings(host, connection, desired);
  if (first === undefined) {
    return probeHost(connection, patience, network);
  }
  const way = await openWay(server, [first, ...others]);
  const result = await probeHost(connection, patience, network);
  if (pulumi.runtime.isDryRun()) {
    way.close();
  } else {
    held.push(way);
  }
  return result.kind === "unchecked"
    ? { ...result, reason: `${result.reason}, after knocks as ${way.tried.join(", ")}` }
    : result;
}

/** By its own rules, then by those of other hosts: its old ones may be like them, and so may those of its proxy. */
function heldOpenings(host: string, connection: Connection, desired: HostPolicy): readonly HeldOpening[] {
  const { policy, attempts, unhindered, elsewhere } = desired;
  const own = openingsOf(host, connection, { policy, derived: attempts, former: unhindered });
  const others = elsewhere ? openingsOf(host, connection, { ...elsewhere, former: new Map() }) : [];
  const known = new Set(own.map(keyOfOpening));
  return [...own, ...others.filter((opening) => !known.has(keyOfOpening(opening)))];
}

function keyOfOpening({ name, opening }: HeldOpening): string {
  return opening.kind === "tokens" ? name : `${name} ${printSequence(opening.sequence)}`;
}

interface KnownRules {
  readonly policy: Policy;
  /** Where sequences are written that are for one host. */
  readonly derived: { has(path: string): boolean };
  /** What the host may still have in their places. */
  readonly former: ReadonlyMap<string, readonly Knock[]>;
}

/** Tokens, and sequences that are derived, are for one host, and of a proxy nobody says which host it is. */
function openingsOf(
  host: string,
  { port, proxy }: Connection,
  { policy, derived, former }: KnownRules,
): readonly HeldOpening[] {
  return deployerOpenings(policy).flatMap((known): readonly HeldOpening[] => {
    if (proxy !== undefined && (known.kind === "token" || derived.has(known.path))) {
      return [];
    }
    const { name, kind } = known;
    const everySeconds = secondsBetweenKnocks(policy, proxy?.port ?? port, kind);
    switch (kind) {
      case "sequence": {
        // The host may still have the one that it had before a port of it was taken.
        const before = former.get(known.path);
        const sequences = [known.sequence, ...(before === undefined ? [] : [before])];
        return sequences.map((sequence) => ({ name, everySeconds, opening: { kind, sequence } }));
      }
      case "token": {
        const next = freshTokens(hostKey(known.secret, host, name), known.perSlot);
        return [{ name, everySeconds, opening: { kind: "tokens", next } }];
      }
      default:
        return unreachable(kind);
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
