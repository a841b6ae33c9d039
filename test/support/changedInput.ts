import { unreachable } from "../../components/policy/unreachable";
/** What a slip, or somebody who means harm, does to one place of an input. */
export interface Change {
  readonly how: "replace" | "remove" | "rename" | "add" | "splice" | "cut" | "copy" | "repeat";
  readonly place: number;
  /** Where a copy is taken from. */
  readonly from: number;
  readonly value: unknown;
  readonly text: string;
}

/** The input with one change after the other. */
export function changedInput(original: unknown, changes: readonly Change[]): unknown {
  return changes.reduce<unknown>((input, change) => {
    const place = placeOf(input, change.place);
    const value = change.how === "copy" ? valueAt(input, likeOf(input, place, change.from)) : change.value;
    return changedAt(input, place, { ...change, value });
  }, original);
}

/** One of the places in an input, all equally likely: the keys that lead there. */
function placeOf(input: unknown, number: number): readonly string[] {
  const places = placesIn(input, []);
  return places[number % places.length] ?? [];
}

/** Another place with the same key, as often as there is one: so that sequences meet sequences, ports ports. */
function likeOf(input: unknown, place: readonly string[], number: number): readonly string[] {
  const alike = placesIn(input, []).filter((other) => other.at(-1) === place.at(-1));
  return alike[number % alike.length] ?? place;
}

function placesIn(value: unknown, path: readonly string[]): readonly (readonly string[])[] {
  return typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => [[...path, key], ...placesIn(inner, [...path, key])])
    : [];
}

function valueAt(input: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined,
    input,
  );
}

type Entry = readonly [string, unknown];

function changedAt(input: unknown, [key, ...rest]: readonly string[], change: Change): unknown {
  if (key === undefined || typeof input !== "object" || input === null) return change.value;
  const entries = Object.entries(input).flatMap(([name, value]): readonly Entry[] => {
    if (name !== key) return [[name, value]];
    return rest.length > 0 ? [[name, changedAt(value, rest, change)]] : changedEntry(name, value, change);
  });
  return Array.isArray(input) ? entries.map(([, value]) => value) : toRecord(entries);
}

function changedEntry(name: string, value: unknown, change: Change): readonly Entry[] {
  const at = typeof value === "string" ? change.place % (value.length + 1) : 0;
  switch (change.how) {
    case "replace":
    case "copy":
      return [[name, change.value]];
    case "remove":
      return [];
    case "rename":
      return [[change.text, value]];
    case "add":
      return [
        [name, value],
        [change.text, change.value],
      ];
    case "repeat":
      return [
        [name, value],
        [`${name}x`, value],
      ];
    case "cut":
      return [[name, typeof value === "string" ? value.slice(0, at) : change.value]];
    case "splice":
      return [
        [name, typeof value === "string" ? value.slice(0, at) + change.text + value.slice(at) : change.value],
      ];
    default:
      return unreachable(change.how);
  }
}

/** Own fields, `__proto__` too. */
export function toRecord(entries: readonly Entry[]): object {
  return Object.fromEntries(entries);
}
