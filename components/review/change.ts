import type { FactIndex } from "./factIndex";

/** `opens up`: somebody gets in who did not, or more easily. `closes down`: the opposite. */
export type Direction = "opens up" | "closes down" | "changes";

/** One line of a review. */
export interface ReviewedChange {
  /** A service, or what all of them share: `all services`, `baseline`. */
  readonly subject: string;
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly direction: Direction;
  /** What that means for somebody who wants in. */
  readonly meaning: string;
}

/** What became of one path. */
export interface FactChange {
  readonly path: string;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export type Judgement = Pick<ReviewedChange, "direction" | "meaning">;

/** The two policies, to look up what stands around a change. */
export interface Sides {
  readonly before: FactIndex;
  readonly after: FactIndex;
  /** Whose a sequence was that another one has now; empty where the policies do not say which are the same. */
  readonly formerOwners: ReadonlyMap<string, string>;
}

export function compareFacts({ before, after }: Sides): readonly FactChange[] {
  const paths = [...new Set([...before.paths, ...after.paths])].toSorted();
  return paths.flatMap((path) => {
    const [old, now] = [before.all(path), after.all(path)];
    // A list may have tens of thousands of networks.
    const [had, has] = [new Set(old), new Set(now)];
    const removed = old.filter((value) => !has.has(value));
    const added = now.filter((value) => !had.has(value));
    return removed.length + added.length === 0 ? [] : [{ path, removed, added }];
  });
}

/** The direction of something that lets more in the larger it is. */
export function byWidth(before: number, after: number): Direction {
  return after > before ? "opens up" : after < before ? "closes down" : "changes";
}

/** Where some open up and some close down, that is what counts that opens up. */
export function widest(directions: readonly Direction[]): Direction {
  const order: readonly Direction[] = ["opens up", "closes down"];
  return order.find((direction) => directions.includes(direction)) ?? "changes";
}
