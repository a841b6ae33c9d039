import type { Outline } from "../outline/outline";
import type { Judgement } from "./change";

/** Where a whole baseline comes or goes, its parts are no changes of their own. */
export function ofWholeBaseline(before: Outline, after: Outline): Judgement | undefined {
  const [was, is] = [before.profile.kind, after.profile.kind];
  return was === is
    ? undefined
    : {
        direction: "changes",
        meaning: is === "baseline" ? "of the new baseline" : "gone with the baseline",
      };
}
