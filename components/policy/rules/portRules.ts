import { type ByDoor, type NamedDoor, namedDoors } from "../door";
import { groupBy } from "../groupBy";
import { namedSequences } from "../namedSequences";
import type { Knock, Policy, PortRange } from "../policy";
import type { Problem } from "../policyError";
import { type Claim, overlappingClaims, portOwners } from "../portOwners";

export function guardedTwice({ services }: Policy): readonly Problem[] {
  const clashes = overlappingClaims(services.flatMap((service) => claims(service.ports, service))).map(
    ([one, other]) => (one.name < other.name ? ([one, other] as const) : ([other, one] as const)),
  );
  const distinct = new Map(
    clashes.map(([first, second]) => [`${first.name} ${second.name}`, { first, second }]),
  );
  return [...distinct.values()].map(({ first, second }) => ({
    path: `services.${second.name}.ports`,
    problem: `has a port that ${first.name} guards too`,
    remedy: "give each port to one service",
  }));
}

export function guardedAndServed(policy: Policy): readonly Problem[] {
  return otherUses(policy).flatMap(({ ranges, words, remedy }) => {
    const ownerOf = portOwners(claims(ranges, words));
    return policy.services
      .filter(({ ports }) => ports.some((range) => ownerOf(range) !== undefined))
      .map(({ name }) => ({ path: `services.${name}.ports`, problem: `has a port that ${words}`, remedy }));
  });
}

/** Between `openPorts`, `openPortsFrom` and `traps`. */
export function servedTwice(policy: Policy): readonly Problem[] {
  const uses = otherUses(policy);
  return uses.flatMap(({ path, ranges }, index) =>
    uses.slice(0, index).flatMap((earlier) => {
      const ownerOf = portOwners(claims(earlier.ranges, earlier.words));
      return ranges.some((range) => ownerOf(range) !== undefined)
        ? [{ path, problem: `has a port that ${earlier.words}`, remedy: "leave it to one of the two" }]
        : [];
    }),
  );
}

export function knockOnTakenPort(policy: Policy): readonly Problem[] {
  const guarded = policy.services.flatMap(({ ports }) => claims(ports, "a service guards"));
  const others = otherUses(policy).flatMap(({ ranges, words }) => claims(ranges, words));
  const useOf = portOwners([...guarded, ...others]);
  return namedSequences(policy).flatMap(({ knocks, path }) =>
    knocks.flatMap(({ protocol, port }, index) => {
      const words = useOf({ protocol, from: port, to: port });
      return words === undefined
        ? []
        : [{ path, problem: `knock ${index + 1} is a port that ${words}`, remedy: "choose another" }];
    }),
  );
}

interface Use extends NamedDoor<Knock> {
  /** What is said of such a port: `has a port that openPorts serves`. */
  readonly words: string;
  readonly remedy: string;
}

/** What a port may be, if no service guards it. */
function otherUses(policy: Policy): readonly Use[] {
  const named = namedDoors(policy).flatMap((each) => {
    const words = OTHER_USES[each.door.kind];
    return words === undefined ? [] : [{ ...each, ...words }];
  });
  return [...groupBy(named, ({ path }) => path).values()].flatMap(([first, ...more]) =>
    first === undefined ? [] : [{ ...first, ranges: [first, ...more].flatMap(({ ranges }) => ranges) }],
  );
}

/** Nothing for doors that are no other use of a port. */
const OTHER_USES: ByDoor<Pick<Use, "words" | "remedy"> | undefined> = {
  open: { words: "openPorts serves", remedy: "a port is either guarded or open" },
  tolerated: { words: "openPorts serves", remedy: "a port is either guarded or open" },
  restricted: { words: "baseline.openPortsFrom opens", remedy: "a port is either guarded or open" },
  trap: { words: "is a trap", remedy: "a port is either guarded or a trap" },
  guarded: undefined,
  closed: undefined,
  leftAlone: undefined,
};

function claims<T>(ranges: readonly PortRange[], owner: T): readonly Claim<T>[] {
  return ranges.map((range) => ({ range, owner }));
}
