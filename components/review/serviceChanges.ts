import type { TokenPart } from "../outline/fields";
import { ports as portsForm } from "../outline/forms";
import type { Outline, OutlinedKnock, OutlinedService } from "../outline/outline";
import { printDuration } from "../policy/duration";
import type { Nothing, Opening, OwnOpening } from "../policy/policy";
import { unreachable } from "../policy/unreachable";
import { type Compared, hostsWith, judgeAtHosts } from "./atHosts";
import type { Judgement, ReviewedChange, Sides } from "./change";
import { compareSequences, guardOf } from "./guard";
import { judgePorts } from "./judgePorts";

/** One line for a service that comes or goes. A renamed one is both. */
export function serviceChanges({ before, after, alike }: Compared): readonly ReviewedChange[] {
  const added = servicesMissingIn(before, after.services);
  const removed = servicesMissingIn(after, before.services);
  return [
    ...added.map((service) => ({
      subject: service.name,
      what: "new service",
      before: "",
      after: describeService(service),
      ...judgeAtHosts(hostsWith(alike, service.name), (sides) =>
        judgeNewService(service, { added, removed }, sides),
      ),
    })),
    ...removed.map((service) => ({
      subject: service.name,
      what: "service removed",
      before: describeService(service),
      after: "",
      ...judgeAtHosts(hostsWith(alike, service.name), (sides) => judgePorts(service.ports, sides)),
    })),
  ];
}

/** Services that only one side has. */
interface Exchange {
  readonly added: readonly OutlinedService[];
  readonly removed: readonly OutlinedService[];
}

function servicesMissingIn(
  { services }: Outline,
  others: readonly OutlinedService[],
): readonly OutlinedService[] {
  const names = new Set(services.map(({ name }) => name));
  return others.filter(({ name }) => !names.has(name));
}

function judgeNewService(service: OutlinedService, exchange: Exchange, sides: Sides): Judgement {
  const ports = judgePorts(service.ports, sides);
  return isNewWayOffTheBlacklist(service, exchange, sides)
    ? {
        direction: "opens up",
        meaning: `${ports.meaning}; its sequence takes its knocker off the blacklist`,
      }
    : ports;
}

/** A service that is renamed, and no easier to open, had that sequence before. A new baseline has a new blacklist. */
function isNewWayOffTheBlacklist(
  service: OutlinedService,
  { added, removed }: Exchange,
  sides: Sides,
): boolean {
  const [before, after] = [sides.before.outline, sides.after.outline];
  const hadBlacklist = before.profile.kind === "baseline" && after.profile.kind === "baseline";
  // As many ways off the blacklist as before are no new one; one removed service accounts for one new one.
  const gone = removed.filter(unbans);
  const isCompensated =
    added.filter(unbans).length <= gone.length &&
    gone.some((old) =>
      compareSequences(guardOf(before, old), guardOf(after, service), sides).every(
        ({ direction }) => direction !== "opens up",
      ),
    );
  return hadBlacklist && unbans(service) && !isCompensated;
}

/** In one line. A field that somebody adds does not compile until it stands here, or is said to be none of it. */
function describeService(service: OutlinedService): string {
  const { name, ports, opening, access, accessWindowSeconds, flowTimeoutSeconds, ...others } = service;
  others satisfies Nothing;
  const { by, further } = describeOpening(opening);
  return [
    `${portsForm.print(ports).join(", ")} after ${by}`,
    `${access}, ${printDuration(accessWindowSeconds)}`,
    ...(flowTimeoutSeconds === 0 ? [] : [`flows may be silent for ${printDuration(flowTimeoutSeconds)}`]),
    ...further,
  ].join("; ");
}

function describeOpening(opening: Opening<OutlinedKnock>): { by: string; further: readonly string[] } {
  switch (opening.kind) {
    case "own":
      return describeOwn(opening);
    case "shared": {
      const { kind, sequenceOf, ...others } = opening;
      others satisfies Nothing;
      return { by: `the sequence of ${sequenceOf}`, further: [] };
    }
    case "knockers":
      return { by: "the sequence of one of its knockers", further: [] };
    default:
      return unreachable(opening);
  }
}

/** A sequence that opens services, whose ever it is. */
export function describeOwn(opening: OwnOpening<OutlinedKnock>): { by: string; further: readonly string[] } {
  const { kind, sequence, ...besides } = opening;
  const apart = printDuration(besides.knockTimeoutSeconds);
  return { by: `${describeKnocks(sequence)}, ${apart} apart`, further: describeBesides(besides) };
}

/** What else belongs to a sequence, or to tokens. */
export function describeBesides(besides: TokenPart): readonly string[] {
  const { knockTimeoutSeconds, closeSequence, unbans: isUnbanning, ...others } = besides;
  others satisfies Nothing;
  return [
    ...(closeSequence.length === 0 ? [] : [`closes after ${describeKnocks(closeSequence)}`]),
    ...(isUnbanning ? ["unban"] : []),
  ];
}

function describeKnocks(knocks: readonly OutlinedKnock[]): string {
  return knocks.includes("derived")
    ? `${knocks.length} knocks (others on each host)`
    : `${knocks.length} knocks (${knocks.join(", ")})`;
}

function unbans({ opening }: OutlinedService): boolean {
  return opening.kind === "own" && opening.unbans;
}
