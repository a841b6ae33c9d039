import { groupBy } from "../policy/groupBy";
import type { PortRange } from "../policy/policy";
import { cutPorts, liesIn } from "../policy/portPieces";
import { mergePortRanges } from "../policy/portRange";
import { printSequence } from "../policy/sequence";
import type { ImportedOpening } from "./imported";
import type { Naming } from "./naming";
import { portName } from "./portWords";

/** A service to be: ports that all the same openings open. */
export interface PlannedService {
  readonly name: string;
  readonly ports: readonly PortRange[];
  readonly openings: readonly ImportedOpening[];
  /** Whether its openings are knockers, and it has no sequence of its own. */
  readonly isKnocked: boolean;
}

/** A knocker to be: all that one sequence opens, or one who sends tokens. */
export interface PlannedKnocker {
  readonly name: string;
  readonly opening: ImportedOpening;
  readonly services: readonly string[];
}

export interface Plan {
  readonly services: readonly PlannedService[];
  readonly knockers: readonly PlannedKnocker[];
}

/**
 * A port belongs to one service. What several open becomes a service with knockers, so that each goes on opening what he did and
 * no more.
 */
export function planPolicy(openings: readonly ImportedOpening[], naming: Naming): Plan {
  const pieces = piecesOf(openings);
  const knocking = knockingOf(openings, pieces);
  const services = pieces.map((piece): PlannedService => {
    const [first] = piece.openings;
    const isKnocked = first !== undefined && knocking.has(identityOf(first));
    return {
      ...piece,
      isKnocked,
      name: isKnocked ? naming(portName(piece.ports), "service") : naming(first?.name ?? "", "service"),
    };
  });
  const knockers = [
    ...groupBy(
      openings.filter((each) => knocking.has(identityOf(each))),
      identityOf,
    ).values(),
  ].flatMap((same): readonly PlannedKnocker[] => {
    const [opening] = same;
    const opened = services.filter((service) => service.openings.some((each) => same.includes(each)));
    return opening === undefined
      ? []
      : [{ name: naming(opening.name, "knocker"), opening, services: opened.map(({ name }) => name) }];
  });
  return { services, knockers };
}

type Piece = Pick<PlannedService, "ports" | "openings">;

/** The ports of all openings, those together that the same ones open. */
function piecesOf(openings: readonly ImportedOpening[]): readonly Piece[] {
  const all = openings.flatMap(({ ports }) => ports);
  const byOpenings = groupBy(cutPorts(all, all), (piece) =>
    openings.flatMap(({ ports }, index) => (liesIn(piece, ports) ? [index] : [])).join(),
  );
  const pieces = [...byOpenings.values()].map((ports): Piece => {
    const [first] = ports;
    return {
      ports: mergePortRanges(ports),
      openings: openings.filter((opening) => first !== undefined && liesIn(first, opening.ports)),
    };
  });
  return pieces.toSorted((a, b) => (a.openings[0]?.line ?? 0) - (b.openings[0]?.line ?? 0));
}

/** Who sends tokens, or opens a port that somebody else opens too. */
function knockingOf(openings: readonly ImportedOpening[], pieces: readonly Piece[]): ReadonlySet<string> {
  const shared = pieces.flatMap((piece) => (piece.openings.length > 1 ? piece.openings : []));
  const tokens = openings.filter(({ opener }) => opener.kind === "token");
  return new Set([...shared, ...tokens].map(identityOf));
}

/** The same text for openings of the same sequence. */
export function identityOf({ opener, line }: ImportedOpening): string {
  return opener.kind === "token" ? `token of line ${line}` : printSequence(opener.knocks.knocks);
}
