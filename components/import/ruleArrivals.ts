import { groupBy } from "../policy/groupBy";
import type { PortRange } from "../policy/policy";
import { liesIn } from "../policy/portPieces";
import type { IptablesRule, RecentMatch } from "./iptablesRule";

/** A rule, and where it stands. */
export interface SavedRule extends IptablesRule {
  readonly line: number;
}

/** A rule with all that must be so before a packet meets it: what it says itself, and what led to its chain. */
export interface Arrival {
  readonly line: number;
  readonly target: string | undefined;
  /** Nothing where it holds for every port. */
  readonly ports: readonly PortRange[] | undefined;
  /** Lists that the source must be on, each once. */
  readonly lists: readonly RecentMatch[];
  readonly sets: readonly string[];
  readonly removes: readonly string[];
  readonly hasInterface: boolean;
  /** Whether every condition on the way is understood. */
  readonly isClear: boolean;
}

type Way = Pick<Arrival, "ports" | "lists" | "hasInterface" | "isClear">;

/** A real firewall has some hundred; where chains lead to chains again and again, there is no end to them. */
const MOST_ARRIVALS = 20_000;

/** What all checks of one list come to. */
function tightest(checks: readonly RecentMatch[]): readonly RecentMatch[] {
  const times = checks.flatMap(({ seconds }) => seconds ?? []);
  const [last] = checks.slice(-1);
  return last === undefined
    ? []
    : [{ ...last, seconds: times.length === 0 ? undefined : Math.min(...times) }];
}

/** Every way of a packet to every rule, from a chain on. */
export function arrivalsAt(chain: string, rules: readonly SavedRule[]): readonly Arrival[] {
  const chains = groupBy(rules, (rule) => rule.chain);
  const arrivals: Arrival[] = [];
  const walk = (name: string, way: Way, before: readonly string[]): void => {
    for (const rule of chains.get(name) ?? []) {
      if (arrivals.length >= MOST_ARRIVALS) {
        return;
      }
      const arrival = arrive(rule, way);
      arrivals.push(arrival);
      if (rule.target !== undefined && chains.has(rule.target) && !before.includes(rule.target)) {
        walk(rule.target, arrival, [...before, rule.target]);
      }
    }
  };
  walk(chain, { ports: undefined, lists: [], hasInterface: false, isClear: true }, [chain]);
  return arrivals;
}

function arrive(rule: SavedRule, way: Way): Arrival {
  const listsOf = (...actions: readonly RecentMatch["action"][]): readonly RecentMatch[] =>
    rule.recent.filter(({ action }) => actions.includes(action));
  const lists = groupBy([...way.lists, ...listsOf("check", "update")], ({ list }) => list);
  const { ports = way.ports } = rule;
  const areWithin = way.ports === undefined || ports?.every((port) => liesIn(port, way.ports ?? []));
  return {
    line: rule.line,
    target: rule.target,
    ports,
    lists: [...lists.values()].flatMap(tightest),
    sets: listsOf("set").map(({ list }) => list),
    removes: listsOf("remove").map(({ list }) => list),
    hasInterface: way.hasInterface || rule.hasInterface,
    isClear: way.isClear && !rule.hasOther && rule.source === undefined && areWithin === true,
  };
}
