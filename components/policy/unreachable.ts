/** For the `default` of a switch over a union: a new case does not compile until it is handled. */
export function unreachable(value: never): never {
  // The value stays out of the message: it may hold a sequence.
  throw new Error(`bug: a case that the types rule out, of type ${typeof value}`);
}
