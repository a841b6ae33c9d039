import { groupBy } from "./groupBy";
import { mergeNetworks } from "./network";
import type { Network, PortRange, Protocol, RestrictedPorts } from "./policy";
import { mergePortRanges } from "./portRange";

interface Piece {
  readonly range: PortRange;
  readonly from: readonly Network[];
}

/**
 * The same ports open to the same sources, however they were written: no port is in two entries, no two entries
 * have the same sources, the lowest ports come first. nft refuses a set of networks and ports in which two
 * elements overlap.
 */
export function mergeRestrictedPorts(entries: readonly RestrictedPorts[]): readonly RestrictedPorts[] {
  const written = entries.flatMap(({ ports, from }) => ports.map((range): Piece => ({ range, from })));
  const merged = new Map<string, RestrictedPorts>();
  for (const { range, from } of [...cut("tcp", written), ...cut("udp", written)]) {
    const key = from.map(({ cidr }) => cidr).join();
    merged.set(key, { ports: mergePortRanges([...(merged.get(key)?.ports ?? []), range]), from });
  }
  return [...merged.values()];
}

/** The ports of one protocol, cut wherever somebody's range begins or ends; each piece with all its sources. */
function cut(protocol: Protocol, written: readonly Piece[]): readonly Piece[] {
  const ranges = written.filter(({ range }) => range.protocol === protocol);
  const beginning = groupBy(ranges, ({ range }) => range.from);
  const ended = groupBy(ranges, ({ range }) => range.to + 1);
  const cuts = [...new Set([...beginning.keys(), ...ended.keys()])].toSorted((a, b) => a - b);
  const open = new Set<Piece>();
  return cuts.flatMap((from, index) => {
    for (const piece of ended.get(from) ?? []) open.delete(piece);
    for (const piece of beginning.get(from) ?? []) open.add(piece);
    const to = (cuts[index + 1] ?? from) - 1;
    const sources = mergeNetworks([...open].flatMap((piece) => piece.from));
    return sources.length === 0 ? [] : [{ range: { protocol, from, to }, from: sources }];
  });
}
