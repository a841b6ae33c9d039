import { FIELDS, type OwnPart } from "../outline/fields";
import { hostPartOf, type Outline, type OutlinedKnocker, type OutlinedService } from "../outline/outline";
import { baselineJudges, ofWholeBaseline, PING_JUDGES } from "./baselineJudges";
import type { ReviewedChange, Sides } from "./change";
import { type JudgedField, judgeFields } from "./fieldChanges";
import { knockerJudges, knockerOpeningJudges, knockerSubject } from "./knockerChanges";
import { HOST_JUDGES, IDENTITY_JUDGES, LOG_JUDGES, PROFILE_JUDGES, policyJudges } from "./policyJudges";
import { ownJudges, serviceJudges, sharedJudges } from "./serviceJudges";

export const ALL_SERVICES = "all services";
export const BASELINE = "baseline";

/** One line for each field that differs. Services that only one side has are no affair of these. */
export function fieldRows(sides: Sides): readonly ReviewedChange[] {
  const [before, after] = [sides.before.outline, sides.after.outline];
  const aroundServices = [
    ...judgeFields(FIELDS.policy, policyJudges(sides), before, after),
    ...judgeFields(FIELDS.profile, PROFILE_JUDGES, before.profile, after.profile),
    ...judgeFields(FIELDS.identity, IDENTITY_JUDGES, before.identity, after.identity),
    ...judgeFields(FIELDS.log, LOG_JUDGES, before.log, after.log),
  ];
  return [
    ...toRows(ALL_SERVICES, aroundServices),
    ...toRows(BASELINE, baselineFields(sides)),
    ...hostsOfBoth(before, after).flatMap((name) => {
      const [was, is] = [hostPartOf(before, name), hostPartOf(after, name)];
      return toRows(hostSubject(name), judgeFields(FIELDS.host, HOST_JUDGES, was, is));
    }),
    ...before.services.flatMap((was) => {
      const is = after.services.find(({ name }) => name === was.name);
      return is === undefined ? [] : toRows(was.name, serviceFields(was, is, sides));
    }),
    ...before.knockers.flatMap((was) => {
      const is = after.knockers.find(({ name }) => name === was.name);
      return is === undefined ? [] : toRows(knockerSubject(was.name), knockerFields(was, is));
    }),
  ];
}

/** What a row of one host is about. */
export function hostSubject(name: string): string {
  return `host ${name}`;
}

function hostsOfBoth(before: Outline, after: Outline): readonly string[] {
  const names = new Set(before.hosts.map(({ name }) => name));
  return after.hosts.flatMap(({ name }) => (names.has(name) ? [name] : []));
}

function serviceFields(was: OutlinedService, is: OutlinedService, sides: Sides): readonly JudgedField[] {
  const [old, now] = [was.opening, is.opening];
  const ownOf = (opening: typeof old) => (opening.kind === "own" ? opening : undefined);
  const sharedOf = (opening: typeof old) => (opening.kind === "shared" ? opening : undefined);
  return [
    ...judgeFields(FIELDS.service, serviceJudges(sides), was, is),
    ...judgeFields(FIELDS.own, ownJudges(is.name, { was: old.kind, is: now.kind }), ownOf(old), ownOf(now)),
    ...judgeFields(FIELDS.shared, sharedJudges(was, is, sides), sharedOf(old), sharedOf(now)),
  ];
}

function knockerFields(was: OutlinedKnocker, is: OutlinedKnocker): readonly JudgedField[] {
  const judges = ownJudges(is.name);
  return [
    ...judgeFields(FIELDS.knocker, knockerJudges(is), was, is),
    ...judgeFields(FIELDS.knockerOpening, knockerOpeningJudges(is), was.opening, is.opening),
    ...judgeFields(FIELDS.token, judges, was.opening, is.opening),
    ...(was.opening.kind === "own" && is.opening.kind === "own"
      ? judgeFields<Pick<OwnPart, "sequence">>(
          { sequence: FIELDS.own.sequence },
          { sequence: judges.sequence },
          was.opening,
          is.opening,
        )
      : []),
  ];
}

function baselineFields(sides: Sides): readonly JudgedField[] {
  const baselineOf = ({ profile }: Outline) => (profile.kind === "baseline" ? profile : undefined);
  const [old, now] = [baselineOf(sides.before.outline), baselineOf(sides.after.outline)];
  const fields = [
    ...judgeFields(FIELDS.baseline, baselineJudges(sides), old, now),
    ...judgeFields(FIELDS.ping, PING_JUDGES, old?.ping, now?.ping),
  ];
  const whole = ofWholeBaseline(sides);
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
