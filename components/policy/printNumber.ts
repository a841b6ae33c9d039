/** Never with four digits in a row: that could be taken for a port of a sequence, or be one. */
export function printNumber(number: number): string {
  return `${number}`.replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `knock 2`, or `knocks 1, 2 and 4`: by place in the sequence, counted from 0. */
export function printKnocks(places: readonly number[]): string {
  const numbers = places.map((place) => printNumber(place + 1));
  const last = numbers.at(-1) ?? "";
  return numbers.length < 2 ? `knock ${last}` : `knocks ${numbers.slice(0, -1).join(", ")} and ${last}`;
}

/** More names than this nobody reads in one line. */
const SOME = 3;

/** `web-1, web-2, web-3 and 37 more`. */
export function listSome(names: readonly string[]): string {
  const more = names.length - SOME;
  return more > 0 ? `${names.slice(0, SOME).join(", ")} and ${printNumber(more)} more` : names.join(", ");
}
