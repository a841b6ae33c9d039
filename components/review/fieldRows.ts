import { FIELDS, type OwnPart } from "../outline/fields";
import type { Outline, OutlinedKnocker, OutlinedService } from "../outline/outline";
import { NO_DIFFERENCE } from "../policy/differences";
import { hostPartOf } from "../policy/hostPart";
import type { Group } from "../policy/policy";
import { type Compared, hostsAmong, hostsWith, type SidesAtHosts } from "./atHosts";
import { baselineJudges, PING_JUDGES } from "./baselineJudges";
import type { ReviewedChange } from "./change";
import { differenceJudges, hostJudges, memberJudges, WHOLE_GROUP_JUDGES } from "./differenceJudges";
import { type JudgedField, judgeFields } from "./fieldChanges";
import { knockerJudges, knockerOpeningJudges, knockerSubject } from "./knockerChanges";
import { IDENTITY_JUDGES, LOG_JUDGES, PROFILE_JUDGES, policyJudges, ROLLOUT_JUDGES } from "./policyJudges";
import { ownJudges, serviceJudges, sharedJudges } from "./serviceJudges";
import { ofWholeBaseline } from "./wholeBaseline";

export const ALL_SERVICES = "all services";
export const BASELINE = "baseline";

/** One line for each field that differs. Services that only one side has are no affair of these. */
export function fieldRows(compared: Compared): readonly ReviewedChange[] {
  const { before, after, alike, come } = compared;
  const aroundServices = [
    ...judgeFields(FIELDS.policy, policyJudges, alike, before, after),
    ...judgeFields(FIELDS.profile, () => PROFILE_JUDGES, alike, before.profile, after.profile),
    ...judgeFields(FIELDS.identity, () => IDENTITY_JUDGES, alike, before.identity, after.identity),
    ...judgeFields(FIELDS.log, () => LOG_JUDGES, alike, before.log, after.log),
    ...judgeFields(FIELDS.rollout, () => ROLLOUT_JUDGES, alike, before.rollout, after.rollout),
  ];
  return [
    ...toRows(ALL_SERVICES, aroundServices),
    ...toRows(BASELINE, baselineFields(compared)),
    ...hostsToTell(compared).flatMap((name) => {
      const [was, is] = [hostPartOf(before, name), hostPartOf(after, name)];
      return toRows(
        hostSubject(name),
        judgeFields(FIELDS.host, hostJudges, hostsAmong([...alike, ...come], [name]), was, is),
      );
    }),
    ...groupNames(before, after).flatMap((name) => {
      const [was, is] = [groupOf(before, name), groupOf(after, name)];
      return toRows(groupSubject(name), groupFields(was, is, [...alike, ...come]));
    }),
    ...before.services.flatMap((was) => {
      const is = after.services.find(({ name }) => name === was.name);
      return is === undefined ? [] : toRows(was.name, serviceFields(was, is, hostsWith(alike, was.name)));
    }),
    ...before.knockers.flatMap((was) => {
      const is = after.knockers.find(({ name }) => name === was.name);
      return is === undefined ? [] : toRows(knockerSubject(was.name), knockerFields(was, is, alike));
    }),
  ];
}

/** What a row of one host is about. */
export function hostSubject(name: string): string {
  return `host ${name}`;
}

function groupSubject(name: string): string {
  return `group ${name}`;
}

function groupNames(before: Outline, after: Outline): readonly string[] {
  return [...new Set([before, after].flatMap(({ groups }) => groups.map(({ name }) => name)))];
}

/** A group that is not there has no hosts. */
function groupOf({ groups }: Outline, name: string): Group {
  return groups.find((group) => group.name === name) ?? { ...NO_DIFFERENCE, name, hosts: [] };
}

function groupFields(was: Group, is: Group, alike: readonly SidesAtHosts[]): readonly JudgedField[] {
  const [old, now] = [new Set(was.hosts), new Set(is.hosts)];
  const all = hostsAmong(alike, [...old, ...now]);
  const moved = [...is.hosts.filter((host) => !old.has(host)), ...was.hosts.filter((host) => !now.has(host))];
  return [
    ...(was.hosts.length === 0 || is.hosts.length === 0
      ? judgeFields(FIELDS.members, () => WHOLE_GROUP_JUDGES, all, was, is)
      : judgeFields(FIELDS.members, memberJudges, hostsAmong(alike, moved), was, is)),
    ...judgeFields(FIELDS.difference, differenceJudges, all, was, is),
  ];
}

/** Hosts of which lines of their own are told: not those that are gone. A policy in a file may not say which there are. */
function hostsToTell({ before, after, come }: Compared): readonly string[] {
  if (before.hosts.length + after.hosts.length === 0) {
    const named = [before, after].flatMap(({ ownDifferences, tokenNetworks }) => [
      ...ownDifferences,
      ...tokenNetworks,
    ]);
    return [...new Set(named.map(({ host }) => host))].toSorted();
  }
  const names = new Set([...before.hosts.map(({ name }) => name), ...come.flatMap(({ hosts }) => hosts)]);
  return after.hosts.flatMap(({ name }) => (names.has(name) ? [name] : []));
}

function serviceFields(
  was: OutlinedService,
  is: OutlinedService,
  alike: readonly SidesAtHosts[],
): readonly JudgedField[] {
  const [old, now] = [was.opening, is.opening];
  const ownOf = (opening: typeof old) => (opening.kind === "own" ? opening : undefined);
  const sharedOf = (opening: typeof old) => (opening.kind === "shared" ? opening : undefined);
  const own = ownJudges(is.name, { was: old.kind, is: now.kind });
  return [
    ...judgeFields(FIELDS.service, serviceJudges, alike, was, is),
    ...judgeFields(FIELDS.own, () => own, alike, ownOf(old), ownOf(now)),
    ...judgeFields(
      FIELDS.shared,
      (sides) => sharedJudges(was, is, sides),
      alike,
      sharedOf(old),
      sharedOf(now),
    ),
  ];
}

function knockerFields(
  was: OutlinedKnocker,
  is: OutlinedKnocker,
  alike: readonly SidesAtHosts[],
): readonly JudgedField[] {
  const judges = ownJudges(is.name);
  return [
    ...judgeFields(FIELDS.knocker, () => knockerJudges(is), alike, was, is),
    ...judgeFields(FIELDS.knockerOpening, () => knockerOpeningJudges(is), alike, was.opening, is.opening),
    ...judgeFields(FIELDS.token, () => judges, alike, was.opening, is.opening),
    ...(was.opening.kind === "own" && is.opening.kind === "own"
      ? judgeFields<Pick<OwnPart, "sequence">>(
          { sequence: FIELDS.own.sequence },
          () => ({ sequence: judges.sequence }),
          alike,
          was.opening,
          is.opening,
        )
      : []),
  ];
}

function baselineFields({ before, after, alike }: Compared): readonly JudgedField[] {
  const baselineOf = ({ profile }: Outline) => (profile.kind === "baseline" ? profile : undefined);
  const [old, now] = [baselineOf(before), baselineOf(after)];
  const fields = [
    ...judgeFields(FIELDS.baseline, baselineJudges, alike, old, now),
    ...judgeFields(FIELDS.ping, () => PING_JUDGES, alike, old?.ping, now?.ping),
  ];
  const whole = ofWholeBaseline(before, after);
  return fields.map((field) => ({
    ...field,
    ...whole,
    name: field.name.slice(`${BASELINE}.`.length),
  }));
}

function toRows(subject: string, fields: readonly JudgedField[]): readonly ReviewedChange[] {
  return fields
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, ...judged }) => ({ subject, what: name, ...judged }));
}
