import { describeBaseline } from "./describeBaseline";
import { type Fact, printFacts } from "./describeFacts";
import { describeKnocks } from "./describeKnocks";
import { type DescribedPlace, describeReach } from "./describeReach";
import { printDuration } from "./duration";
import type { Log, Opening, Policy, Service } from "./policy";
import { printPortRange } from "./portRange";

/** A host as a reviewer sees it: how it is reached, and no key. */
export interface ReviewedHost {
  readonly name: string;
  readonly place: DescribedPlace;
  readonly proxy?: DescribedPlace;
}

/**
 * The policy as a text to review: one fact a line, sorted, `services.ssh.access = window`. The paths are those of the
 * arguments. Of a sequence it shows the number and the protocols of its knocks, never a port.
 */
export function describePolicy(policy: Policy, hosts: readonly ReviewedHost[]): string {
  return printFacts(policyFacts(policy, hosts));
}

/** The facts of that text. A path with several values, or with none, is a list. */
export function policyFacts(policy: Policy, hosts: readonly ReviewedHost[]): readonly Fact[] {
  const { allow, openPorts, guardedAnswer, identity, profile, log, rollbackSeconds, services } = policy;
  return [
    ...hosts.map(({ name, place, proxy }) => ({ path: `hosts.${name}`, value: describeReach(place, proxy) })),
    ...allow.map(({ cidr }) => ({ path: "allow", value: cidr })),
    ...openPorts.map((range) => ({ path: "openPorts", value: printPortRange(range) })),
    { path: "guardedAnswer", value: guardedAnswer },
    { path: "identity.ipv4Prefix", value: `${identity.ipv4Prefix}` },
    { path: "identity.ipv6Prefix", value: `${identity.ipv6Prefix}` },
    { path: "profile", value: profile.kind },
    { path: "rollbackTimeout", value: printDuration(rollbackSeconds) },
    ...logFacts(log),
    ...services.flatMap(serviceFacts),
    ...(profile.kind === "baseline" ? describeBaseline(profile) : []),
  ];
}

function serviceFacts({ name, ports, opening, access, accessWindowSeconds }: Service): readonly Fact[] {
  const facts = [
    ...ports.map((range) => ({ path: "ports", value: printPortRange(range) })),
    { path: "access", value: access },
    { path: "accessWindow", value: printDuration(accessWindowSeconds) },
    ...openingFacts(opening),
  ];
  return facts.map(({ path, value }) => ({ path: `services.${name}.${path}`, value }));
}

function openingFacts(opening: Opening): readonly Fact[] {
  if (opening.kind === "shared") {
    return [{ path: "sequenceOf", value: opening.sequenceOf }];
  }
  const { sequence, closeSequence, knockTimeoutSeconds, unbans } = opening;
  return [
    { path: "knocks", value: describeKnocks(sequence) },
    { path: "knockTimeout", value: printDuration(knockTimeoutSeconds) },
    ...(closeSequence.length > 0 ? [{ path: "closeKnocks", value: describeKnocks(closeSequence) }] : []),
    ...(unbans ? [{ path: "unban", value: "true" }] : []),
  ];
}

function logFacts({ admissions, stages, refusals, linesPerMinute }: Log): readonly Fact[] {
  const logged = Object.entries({ admissions, stages, refusals }).flatMap(([path, isOn]) =>
    isOn ? [{ path: `log.${path}`, value: "true" }] : [],
  );
  return logged.length === 0 ? [] : [...logged, { path: "log.linesPerMinute", value: `${linesPerMinute}` }];
}
