import type {
  KnockerOpening,
  Log,
  Nothing,
  Opening,
  OwnOpening,
  Policy,
  Profile,
  Protocol,
  Reach,
} from "../policy/policy";
import { unreachable } from "../policy/unreachable";
import type { Place } from "./reach";

/**
 * A policy with everything that a person may see of it: its knocks have protocols and no ports. What takes an outline
 * cannot leak a port.
 */
export interface Outline extends Policy<Protocol> {
  readonly hosts: readonly Reach<Place>[];
}

export type OutlinedService = Outline["services"][number];
export type OutlinedKnocker = Outline["knockers"][number];

/** What plays no part is as if nobody had chosen it. */
export function outlineOf(policy: Policy, hosts: readonly Reach<Place>[] = []): Outline {
  const { services, knockers, profile, log } = policy;
  return {
    ...policy,
    hosts: hosts.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    services: services.map((service) => ({ ...service, opening: outlineOfOpening(service.opening) })),
    knockers: knockers.map((knocker) => ({ ...knocker, opening: outlineOfKnocker(knocker.opening) })),
    profile: outlineOfProfile(profile),
    log: { ...log, linesPerMinute: isLogging(log) ? log.linesPerMinute : 0 },
  };
}

function isLogging({ linesPerMinute, admissions, stages, refusals, ...others }: Log): boolean {
  others satisfies Nothing;
  return admissions || stages || refusals;
}

function outlineOfOpening(opening: Opening): Opening<Protocol> {
  return opening.kind === "own" ? outlineOfOwn(opening) : opening;
}

function outlineOfKnocker(opening: KnockerOpening): KnockerOpening<Protocol> {
  switch (opening.kind) {
    case "own":
      return outlineOfOwn(opening);
    case "token":
      return {
        ...opening,
        secret: "",
        closeSequence: opening.closeSequence.map(({ protocol }) => protocol),
      };
    default:
      return unreachable(opening);
  }
}

function outlineOfOwn(opening: OwnOpening): OwnOpening<Protocol> {
  return {
    ...opening,
    sequence: opening.sequence.map(({ protocol }) => protocol),
    closeSequence: opening.closeSequence.map(({ protocol }) => protocol),
  };
}

function outlineOfProfile(profile: Profile): Profile<Protocol> {
  if (profile.kind === "guard") {
    return profile;
  }
  const { unbanSequence, unbanKnockTimeoutSeconds } = profile;
  return {
    ...profile,
    unbanSequence: unbanSequence.map(({ protocol }) => protocol),
    unbanKnockTimeoutSeconds: unbanSequence.length > 0 ? unbanKnockTimeoutSeconds : 0,
  };
}
