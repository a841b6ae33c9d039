import { listSome } from "../policy/printNumber";
import type { Compared, SidesAtHosts } from "./atHosts";
import type { Judgement, ReviewedChange, Sides } from "./change";
import { judgePorts } from "./judgePorts";
import { PROFILE_JUDGES } from "./policyJudges";

export const FLEET = "the fleet";

/** One line for the hosts that come, and for those that go, while others stay; where they differ, one for those that are alike. */
export function hostChanges({ come, gone }: Compared): readonly ReviewedChange[] {
  return [
    ...come.map((at) => ({ ...rowOf("new hosts", at), before: "", after: listSome(at.hosts) })),
    ...gone.map((at) => ({ ...rowOf("hosts removed", at), before: listSome(at.hosts), after: "" })),
  ];
}

function rowOf(what: string, { sides }: SidesAtHosts) {
  return { subject: FLEET, what, ...judgeWhole(sides) };
}

/** What it means where all rules come, or go. */
function judgeWhole(sides: Sides): Judgement {
  const [was, is] = [sides.before.outline, sides.after.outline];
  return was.profile.kind === is.profile.kind
    ? judgePorts(
        [...was.services, ...is.services].flatMap(({ ports }) => ports),
        sides,
      )
    : PROFILE_JUDGES.kind({ before: was.profile.kind, after: is.profile.kind, removed: [], added: [] });
}
