import type { Judgement, ReviewedChange, Sides } from "./change";
import type { FactIndex } from "./factIndex";
import { compareSequences, guardOf } from "./guard";
import { judgePorts } from "./judgePorts";

/** One line for a service that comes or goes. A renamed one is both. */
export function serviceChanges(sides: Sides): readonly ReviewedChange[] {
  const { before, after } = sides;
  const added = after.services.filter((service) => !before.services.includes(service));
  const removed = before.services.filter((service) => !after.services.includes(service));
  return [
    ...added.map((service) => ({
      subject: service,
      what: "new service",
      before: "",
      after: describeService(after, service),
      ...judgeNewService(service, removed, sides),
    })),
    ...removed.map((service) => ({
      subject: service,
      what: "service removed",
      before: describeService(before, service),
      after: "",
      ...judgePorts(before.all(`services.${service}.ports`), sides),
    })),
  ];
}

function judgeNewService(service: string, removed: readonly string[], sides: Sides): Judgement {
  const ports = judgePorts(sides.after.all(`services.${service}.ports`), sides);
  return isNewWayOffTheBlacklist(service, removed, sides)
    ? {
        direction: "opens up",
        meaning: [ports.meaning, "its sequence takes its knocker off the blacklist"]
          .filter((part) => part !== "")
          .join("; "),
      }
    : ports;
}

/** A service that is renamed, and no easier to open, had that sequence before. A new baseline has a new blacklist. */
function isNewWayOffTheBlacklist(service: string, removed: readonly string[], sides: Sides): boolean {
  const { before, after } = sides;
  const hadBlacklist = before.one("profile") === "baseline" && after.one("profile") === "baseline";
  // As many ways off the blacklist as before are no new one; one removed service accounts for one new one.
  const added = after.services.filter((name) => !before.services.includes(name) && unbans(after, name));
  const gone = removed.filter((name) => unbans(before, name));
  const isCompensated =
    added.length <= gone.length &&
    gone.some((old) =>
      compareSequences(guardOf(before, old), guardOf(after, service), sides).every(
        ({ direction }) => direction !== "opens up",
      ),
    );
  return hadBlacklist && unbans(after, service) && !isCompensated;
}

function describeService(facts: FactIndex, service: string): string {
  const one = (field: string): string => facts.one(`services.${service}.${field}`) ?? "";
  const other = one("sequenceOf");
  const closing = one("closeKnocks");
  const opening =
    other === "" ? `${described(one("knocks"))}, ${one("knockTimeout")} apart` : `the sequence of ${other}`;
  const ports = facts.all(`services.${service}.ports`).join(", ");
  return [
    `${ports} after ${opening}`,
    `${one("access")}, ${one("accessWindow")}`,
    ...(closing === "" ? [] : [`closes after ${described(closing)}`]),
    ...(unbans(facts, service) ? ["unban"] : []),
  ].join("; ");
}

/** `3: tcp, udp, tcp`. */
function described(knocks: string): string {
  return knocks.replace(/^(\d+): (.*)$/, "$1 knocks ($2)");
}

function unbans(facts: FactIndex, service: string): boolean {
  return facts.one(`services.${service}.unban`) === "true";
}
