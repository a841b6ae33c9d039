import type { Fields } from "../outline/fields";
import { judgeAtHosts, type SidesAtHosts } from "./atHosts";
import type { Judgement, Sides } from "./change";

/** What became of one field. */
export interface FieldChange<T> {
  /** Nothing where the field is not there: a service with a sequence of its own shares none. */
  readonly before: T | undefined;
  readonly after: T | undefined;
  /** What the text of one side has alone. */
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export type Judge<T> = (change: FieldChange<T>) => Judgement;

/** What a change of each field means. A field that somebody adds does not compile until it is judged. */
export type Judges<T> = { readonly [K in keyof T]-?: Judge<T[K]> };

/** One field that changed, judged. */
export interface JudgedField extends Judgement {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * The fields that differ. A side that has none of them is undefined.
 *
 * @param alike the hosts that have them
 */
export function judgeFields<T extends object>(
  fields: Fields<T>,
  judgesOf: (sides: Sides) => Judges<T>,
  alike: readonly SidesAtHosts[],
  before: T | undefined,
  after: T | undefined,
): readonly JudgedField[] {
  const judged: JudgedField[] = [];
  for (const key in fields) {
    const { name, form } = fields[key];
    const old = before === undefined ? [] : form.print(before[key]);
    const now = after === undefined ? [] : form.print(after[key]);
    // A list may have tens of thousands of networks.
    const [had, has] = [new Set(old), new Set(now)];
    const removed = old.filter((value) => !has.has(value));
    const added = now.filter((value) => !had.has(value));
    if (removed.length + added.length > 0) {
      const change = { before: before?.[key], after: after?.[key], removed, added };
      judged.push({
        name,
        before: removed.join(", "),
        after: added.join(", "),
        ...judgeAtHosts(alike, (sides) => judgesOf(sides)[key](change)),
      });
    }
  }
  return judged;
}
