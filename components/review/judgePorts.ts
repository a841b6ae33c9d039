import { byWidth, type Direction, type Judgement, type Sides, widest } from "./change";
import { uncovered } from "./coveredNetworks";
import { cutPorts, namedPorts } from "./cutPorts";
import { compareGuards } from "./guard";
import { describeFate, type PortFate, portFate } from "./portFate";

/** What becomes of ports; where some open up and some close down, that is what counts that opens up. */
export function judgePorts(ports: readonly string[], sides: Sides): Judgement {
  const moves = cutPorts(ports, namedPorts(sides.before, sides.after)).flatMap((port) => {
    const [was, is] = [portFate(sides.before, port), portFate(sides.after, port)];
    return describeFate(was) === describeFate(is) ? [] : [judgeMove(port, was, is, sides)];
  });
  return {
    direction: widest(moves.map(({ direction }) => direction)),
    meaning: moves.map(({ meaning }) => meaning).join("; "),
  };
}

/** What becomes of the ports of a service that has a sequence now that was another one's. */
export function judgeTakenOver(service: string, former: string, sides: Sides): Judgement {
  const { before, after } = sides;
  const opened = [
    service,
    ...after.services.filter((other) => after.one(`services.${other}.sequenceOf`) === service),
  ];
  const ports = opened.flatMap((name) => after.all(`services.${name}.ports`));
  const gained = cutPorts(ports, namedPorts(before, after)).filter((port) => {
    const was = portFate(before, port);
    return was.kind === "guarded" && was.by.opener !== former;
  });
  return gained.length > 0
    ? {
        direction: "opens up",
        meaning: `${gained.join(", ")}: whoever knows the sequence of ${former} gets in; the old one opens nothing`,
      }
    : { direction: "changes", meaning: "the same people get in by it" };
}

function judgeMove(port: string, was: PortFate, is: PortFate, sides: Sides): Judgement {
  const moved = `${port} was ${describeFate(was)}, now ${describeFate(is)}`;
  if (was.kind === "guarded" && is.kind === "guarded") {
    const differences = compareGuards(was.by, is.by, sides);
    const words = differences.map((difference) => difference.words).join(", ");
    return {
      direction: widest(differences.map(({ direction }) => direction)),
      meaning: [moved, ...(words === "" ? [] : [words])].join(": "),
    };
  }
  if (was.kind === "restricted" && is.kind === "restricted") {
    const [gained, lost] = [uncovered(is.from, was.from), uncovered(was.from, is.from)];
    return { direction: byNumber(gained.length, lost.length), meaning: moved };
  }
  if (was.kind === "restricted" && is.kind === "guarded") {
    const allowed = sides.after.all("allow");
    const lost = uncovered(was.from, allowed);
    const [knockers, closed] = [
      `opens to ${allowed.length > 0 ? "allow and to " : ""}who knocked for ${is.by.service}`,
      lost.length > 0 ? `, closes to ${lost.join(", ")} without knocking` : "",
    ];
    return { direction: "opens up", meaning: `${port} was ${describeFate(was)}: ${knockers}${closed}` };
  }
  if (was.kind === "guarded" && is.kind === "restricted") {
    const gained = uncovered(is.from, sides.before.all("allow"));
    return { direction: byNumber(gained.length, 1), meaning: moved };
  }
  return { direction: byWidth(widthOf(was), widthOf(is)), meaning: moved };
}

function byNumber(gained: number, lost: number): Direction {
  return gained > 0 ? "opens up" : lost > 0 ? "closes down" : "changes";
}

/** How many get in: more is wider. */
function widthOf({ kind }: PortFate): number {
  return { closed: 0, guarded: 1, restricted: 2, open: 3, leftAlone: 3 }[kind];
}
