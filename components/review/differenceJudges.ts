import { FIELDS, type MemberPart } from "../outline/fields";
import type { Outline } from "../outline/outline";
import { NO_DIFFERENCE } from "../policy/differences";
import type { HostPart } from "../policy/hostPart";
import type { Difference } from "../policy/policy";
import { printNumber } from "../policy/printNumber";
import { byNumber, type Judgement, type Sides, widest } from "./change";
import { type Judges, judgeFields } from "./fieldChanges";
import { judgeAllow, judgeExceptNetworks } from "./judgeNetworks";
import { judgePorts } from "./judgePorts";
import { judgeOpenPorts } from "./policyJudges";

/** What changes mean of what some hosts have and others do not. */
export function differenceJudges(sides: Sides): Judges<Difference> {
  return {
    services: () => judgeServices(sides),
    allow: (change) => judgeAllow(change, sides),
    openPorts: ({ before = [], after = [] }) => judgeOpenPorts(before, after, sides),
    exceptNetworks: (change) => judgeExceptNetworks(change, sides),
    openPortsFrom: ({ before = [], after = [] }) =>
      judgePorts(
        [...before, ...after].flatMap(({ ports }) => ports),
        sides,
      ),
  };
}

export function hostJudges(sides: Sides): Judges<HostPart> {
  return {
    ...differenceJudges(sides),
    tokenNetworks: ({ removed, added }) => ({
      direction: byNumber(added.length, removed.length),
      meaning: [
        ...added.map((network) => `an address of ${network} opens, once, what the token of a knocker does`),
        ...removed.map((network) => `no address of ${network} opens anything any more`),
      ].join("; "),
    }),
  };
}

/** Which services a host has. */
function judgeServices(sides: Sides): Judgement {
  const [before, after] = [sides.before.outline.services, sides.after.outline.services];
  const [old, now] = [before, after].map((services) => new Set(services.map(({ name }) => name)));
  const moved = [
    ...before.filter(({ name }) => now?.has(name) === false),
    ...after.filter(({ name }) => old?.has(name) === false),
  ];
  return judgePorts(
    moved.flatMap(({ ports }) => ports),
    sides,
  );
}

/** What it means for hosts that they come to a group which others are in, or leave it. */
export function memberJudges(sides: Sides): Judges<MemberPart> {
  const [before, after] = [sides.before.outline, sides.after.outline].map(wholeDifference);
  const changes = judgeFields(FIELDS.difference, differenceJudges, [{ hosts: [], sides }], before, after);
  return {
    hosts: () => ({
      direction: widest(changes.map(({ direction }) => direction)),
      meaning: changes.length === 0 ? AS_BEFORE : changes.map(({ meaning }) => meaning).join("; "),
    }),
  };
}

const AS_BEFORE = "has the same rules as before";

/** A whole group that comes or goes is told by what its hosts have in common. */
export const WHOLE_GROUP_JUDGES: Judges<MemberPart> = {
  hosts: ({ before = [], after = [] }) => ({
    direction: "changes",
    meaning:
      after.length > 0
        ? `new: ${hostsOf(after)} with this in common`
        : `gone: ${hostsOf(before)} with this in common`,
  }),
};

function hostsOf({ length }: readonly string[]): string {
  return `${printNumber(length)} ${length === 1 ? "host" : "hosts"}`;
}

/** All that a host has of what may differ. */
function wholeDifference({ services, allow, openPorts, profile }: Outline): Difference {
  const { exceptNetworks, openPortsFrom } = profile.kind === "guard" ? NO_DIFFERENCE : profile;
  return { services: services.map(({ name }) => name), allow, openPorts, exceptNetworks, openPortsFrom };
}
