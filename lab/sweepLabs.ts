import { isOwnerAlive } from "./labId";
import { labIds, removeLab } from "./removeLab";

/** Removes the labs whose owner died without doing so, and returns their ids. */
export function sweepLabs(): readonly string[] {
  const orphans = labIds().filter((id) => !isOwnerAlive(id));
  orphans.forEach(removeLab);
  return orphans;
}
