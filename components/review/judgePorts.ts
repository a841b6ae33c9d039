import type { OutlinedKnock, OutlinedService } from "../outline/outline";
import { uncovered } from "../policy/coveredNetworks";
import type { ByDoor, Door } from "../policy/door";
import { openedBy } from "../policy/openers";
import type { Network, Nothing, PortRange } from "../policy/policy";
import { cutPorts, liesIn } from "../policy/portPieces";
import { printPortRange } from "../policy/portRange";
import { type Opener, printSequenceId, type SequenceId } from "../policy/sequenceId";
import { unreachable } from "../policy/unreachable";
import { byNumber, byWidth, type Judgement, type Sides, widest } from "./change";
import { compareGuards, guardOf, opens, widerThanBefore } from "./guard";
import { describeDoor, listNetworks, said } from "./words";

type OutlinedDoor = Door<OutlinedKnock>;

/** What becomes of ports; where some open up and some close down, that is what counts that opens up. */
export function judgePorts(ports: readonly PortRange[], sides: Sides): Judgement {
  const moves = cutPorts(ports, sides.namedPorts).flatMap((port) => {
    const [was, is] = [sides.before.doorOf(port), sides.after.doorOf(port)];
    return judgeMove(printPortRange(port), was, is, sides) ?? [];
  });
  return {
    direction: widest(moves.map(({ direction }) => direction)),
    meaning: moves.length === 0 ? "the ports are as before" : moves.map(({ meaning }) => meaning).join("; "),
  };
}

/** What becomes of the ports that a sequence opens which was another one's. */
export function judgeTakenOver(opener: Opener, former: SequenceId, sides: Sides): Judgement {
  const { before, after } = sides;
  const ports = openedBy(opener, after.outline).flatMap((each) => each.ports);
  const gained = cutPorts(ports, sides.namedPorts).filter((port) => {
    const was = before.doorOf(port);
    return (
      was.kind === "guarded" && !(former.kind === "admit" && opens(before.outline, former.opener, was.by))
    );
  });
  const whoever = `whoever knows the sequence of ${printSequenceId(former)} gets in`;
  if (gained.length > 0) {
    return { direction: "opens up", meaning: `${listPorts(gained)}: ${whoever}; the old one opens nothing` };
  }
  const wider = widerThanBefore(former, opener, before.outline, after.outline);
  return wider.length > 0
    ? { direction: "opens up", meaning: `${whoever}: ${wider.join(", ")}` }
    : { direction: "changes", meaning: "the same people get in by it" };
}

/** Ports that one side has alone. Merging writes the same ports in other words: what is left is what changed. */
export interface PortChange {
  readonly removed: readonly PortRange[];
  readonly added: readonly PortRange[];
}

export function portChange(
  before: readonly PortRange[],
  after: readonly PortRange[],
  sides: Sides,
): PortChange {
  const pieces = cutPorts([...before, ...after], sides.namedPorts);
  return {
    removed: pieces.filter((piece) => !liesIn(piece, after)),
    added: pieces.filter((piece) => !liesIn(piece, before)),
  };
}

export function describePortChange({ removed, added }: PortChange, now: string, gone: string): string {
  return [...said(listPorts(added), now), ...said(listPorts(removed), gone)].join("; ");
}

/** Where nobody gets in. */
export function isShut({ kind }: OutlinedDoor): boolean {
  return WHO[kind] === "nobody";
}

/** Nothing where people meet the same as before. */
function judgeMove(port: string, was: OutlinedDoor, is: OutlinedDoor, sides: Sides): Judgement | undefined {
  const moved = `${port} was ${describeDoor(was)}, now ${describeDoor(is)}`;
  const byWho = { direction: byWidth(WIDTHS[WHO[was.kind]], WIDTHS[WHO[is.kind]]), meaning: moved };
  switch (was.kind) {
    case "guarded":
      return is.kind === "guarded"
        ? judgeOtherGuard(moved, was.by, is.by, sides)
        : is.kind === "restricted"
          ? judgeRestrictedNow(moved, is.from, sides)
          : byWho;
    case "restricted":
      return is.kind === "restricted"
        ? judgeOtherSources(moved, was.from, is.from)
        : is.kind === "guarded"
          ? judgeGuardedNow(`${port} was ${describeDoor(was)}`, was.from, is.by, sides)
          : byWho;
    case "open":
    case "closed":
    case "trap":
    case "leftAlone":
    case "tolerated": {
      const { kind, ...others } = was;
      others satisfies Nothing;
      return WHO[kind] === WHO[is.kind] ? undefined : byWho;
    }
    default:
      return unreachable(was);
  }
}

/** Who gets in. Where that is said in one word, two doors with the same word are alike. */
const WHO: ByDoor<keyof typeof WIDTHS> = {
  closed: "nobody",
  trap: "nobody",
  guarded: "knockers",
  restricted: "some",
  open: "everybody",
  leftAlone: "whom the host lets in",
  tolerated: "whom the host lets in",
};

const WIDTHS = {
  nobody: 0,
  knockers: 1,
  some: 2,
  everybody: 3,
  "whom the host lets in": 3,
};

/** What becomes of a service that goes on guarding the port, lines of its own say. */
function judgeOtherGuard(
  moved: string,
  was: OutlinedService,
  is: OutlinedService,
  sides: Sides,
): Judgement | undefined {
  if (was.name === is.name) {
    return undefined;
  }
  const differences = compareGuards(
    guardOf(sides.before.outline, was),
    guardOf(sides.after.outline, is),
    sides,
  );
  const words = differences.map((difference) => difference.words).join(", ");
  return {
    direction: widest(differences.map(({ direction }) => direction)),
    meaning: [moved, ...(words === "" ? [] : [words])].join(": "),
  };
}

function judgeOtherSources(
  moved: string,
  was: readonly Network[],
  is: readonly Network[],
): Judgement | undefined {
  if (was.length === is.length && was.every(({ cidr }, index) => cidr === is[index]?.cidr)) {
    return undefined;
  }
  const [gained, lost] = [uncovered(is, was), uncovered(was, is)];
  return { direction: byNumber(gained.length, lost.length), meaning: moved };
}

/** From restricted to guarded. */
function judgeGuardedNow(
  was: string,
  from: readonly Network[],
  by: OutlinedService,
  sides: Sides,
): Judgement {
  const { allow } = sides.after.outline;
  const lost = uncovered(from, allow);
  const [knockers, closed] = [
    `opens to ${allow.length > 0 ? "allow and to " : ""}who knocked for ${by.name}`,
    lost.length > 0 ? `, closes to ${listNetworks(lost)} without knocking` : "",
  ];
  return { direction: "opens up", meaning: `${was}: ${knockers}${closed}` };
}

/** From guarded to restricted: who knocks does not get in any more. */
function judgeRestrictedNow(moved: string, from: readonly Network[], { before }: Sides): Judgement {
  const gained = uncovered(from, before.outline.allow);
  return { direction: byNumber(gained.length, 1), meaning: moved };
}

function listPorts(ranges: readonly PortRange[]): string {
  return ranges.map(printPortRange).join(", ");
}
