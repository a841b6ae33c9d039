import { knockKey } from "../policy/knockKey";
import type { Knock } from "../policy/policy";
import type { RecentMatch } from "./iptablesRule";

/** A knock that puts its source from one list, or from none, onto another one. */
export interface Move {
  readonly from: RecentMatch | undefined;
  readonly to: string;
  readonly knock: Knock;
  readonly line: number;
  /** Whether it counts on one interface alone. */
  readonly hasInterface: boolean;
  /** Whether nothing else is needed for it. */
  readonly isClear: boolean;
}

/**
 * The knocks that lead onto a list, from the first one on.
 *
 * @returns nothing where there is no way, more than one, or one with further conditions
 */
export function pathTo(list: string, moves: readonly Move[]): readonly Move[] | undefined {
  const path: Move[] = [];
  const seen: Set<string> = new Set();
  for (let at: string | undefined = list; at !== undefined; ) {
    const [move, another] = movesOnto(at, moves);
    if (move === undefined || another !== undefined || !move.isClear || seen.has(at)) {
      return undefined;
    }
    seen.add(at);
    path.unshift(move);
    at = move.from?.list;
  }
  return path;
}

/** Where a first knock counts for everybody, that it also counts at a later stage is no other way: it begins again. */
function movesOnto(list: string, moves: readonly Move[]): readonly Move[] {
  const onto = moves.filter(({ to }) => to === list);
  const first = new Set(onto.filter(({ from }) => from === undefined).map(({ knock }) => knockKey(knock)));
  const needed = onto.filter(({ from, knock }) => from === undefined || !first.has(knockKey(knock)));
  return [...new Map(needed.map((move) => [`${move.from?.list} ${knockKey(move.knock)}`, move])).values()];
}
