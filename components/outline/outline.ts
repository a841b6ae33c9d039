import { mapKnocks } from "../policy/mapKnocks";
import type { Fleet, FleetPolicy, Knocker, Log, Nothing, Profile, Protocol, Reach } from "../policy/policy";
import type { Place } from "./reach";

/** A knock as a person may see it: its protocol, or that each host draws one of its own. */
export type OutlinedKnock = Protocol | "derived";

/**
 * A policy with everything that a person may see of it: its knocks have protocols and no ports. What takes an outline
 * cannot leak a port.
 */
export interface Outline extends Fleet<OutlinedKnock> {
  readonly hosts: readonly Reach<Place>[];
}

export type OutlinedService = Outline["services"][number];
export type OutlinedKnocker = Outline["knockers"][number];

/** What plays no part is as if nobody had chosen it. */
export function outlineOf(policy: FleetPolicy, hosts: readonly Reach<Place>[] = []): Outline {
  const { log } = policy;
  const { services, knockers, profile } = mapKnocks(policy, (knocks) =>
    knocks.map(({ protocol, port }): OutlinedKnock => (port === "derived" ? port : protocol)),
  );
  return {
    ...policy,
    derive: "",
    hosts: hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    groups: policy.groups.filter((group) => group.hosts.length > 0),
    services,
    knockers: knockers.map(withoutSecret),
    profile: outlineOfProfile(profile),
    log: { ...log, linesPerMinute: isLogging(log) ? log.linesPerMinute : 0 },
  };
}

/** Of hosts without a policy: nothing is guarded, and no choice that was made here is a change. */
export function withoutRules(outline: Outline): Outline {
  return {
    ...outline,
    hosts: [],
    services: [],
    knockers: [],
    allow: [],
    openPorts: [],
    tokenNetworks: [],
    groups: [],
    ownDifferences: [],
    profile: { kind: "guard" },
  };
}

function isLogging({ linesPerMinute, admissions, stages, refusals, ...others }: Log): boolean {
  others satisfies Nothing;
  return admissions || stages || refusals;
}

function withoutSecret(knocker: Knocker<OutlinedKnock>): Knocker<OutlinedKnock> {
  const { opening } = knocker;
  return opening.kind === "token" ? { ...knocker, opening: { ...opening, secret: "" } } : knocker;
}

function outlineOfProfile(profile: Profile<OutlinedKnock>): Profile<OutlinedKnock> {
  return profile.kind === "guard"
    ? profile
    : {
        ...profile,
        unbanKnockTimeoutSeconds: profile.unbanSequence.length > 0 ? profile.unbanKnockTimeoutSeconds : 0,
      };
}
