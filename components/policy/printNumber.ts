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
