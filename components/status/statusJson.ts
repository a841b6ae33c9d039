import { printMoment } from "../policy/moment";
import type { Nothing } from "../policy/policy";
import type { Activity } from "./activity";
import { type FleetReport, type HostReport, type RulesReport, stateOf } from "./fleetReport";

/** What scripts read: a field may be added, another meaning is another number. */
const VERSION = 1;

/** A report as JSON on one line, all of it. */
export function printStatusJson({ askedAt, hosts }: FleetReport): string {
  return `${JSON.stringify({ version: VERSION, askedAt: printMoment(askedAt), hosts: hosts.map(hostJson) })}\n`;
}

function hostJson(host: HostReport): object {
  const { name } = host;
  const state = stateOf(host);
  if (host.kind === "unanswered") {
    return { name, state, reason: host.reason };
  }
  const { findings, warnings, rules, activity } = host;
  return {
    name,
    state,
    findings,
    warnings,
    rules: rules === undefined ? null : rulesJson(rules),
    ...activityJson(activity),
  };
}

function rulesJson({ owner, appliedAt }: RulesReport): object {
  return { owner, appliedAt: appliedAt === undefined ? null : printMoment(appliedAt) };
}

/** A field that somebody adds does not compile until it stands here. */
function activityJson(activity: Activity): object {
  const { admissions, flows, connections, refusals, entries, refusedPorts, blacklisted, ...others } =
    activity;
  others satisfies Nothing;
  return {
    admitted: admissions.map(({ source, service, opener, secondsLeft }) => ({
      source,
      service,
      knocker: opener ?? null,
      secondsLeft,
    })),
    flows: flows.map(({ source, service, secondsLeft }) => ({ source, service, secondsLeft })),
    connections: connections.map(({ service, count }) => ({ service, count })),
    refusals: refusals.map(({ service, count }) => ({ service, count })),
    entries: entries.map(({ service, opener, count }) => ({ service, knocker: opener ?? null, count })),
    refusedPorts: refusedPorts.map(({ protocol, port, count }) => ({ protocol, port, count })),
    blacklisted: blacklisted ?? null,
  };
}
