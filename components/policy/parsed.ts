/** What a text turned out to be: the value, or what is wrong with the text and what to write instead. */
export type Parsed<T> =
  | { readonly kind: "value"; readonly value: T }
  | { readonly kind: "refused"; readonly problem: string; readonly remedy: string };

export function value<T>(parsed: T): Parsed<T> {
  return { kind: "value", value: parsed };
}

export function refused<T>(problem: string, remedy: string): Parsed<T> {
  return { kind: "refused", problem, remedy };
}
