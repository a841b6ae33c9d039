import { type Output, type OutputInstance, output } from "@pulumi/pulumi";

/**
 * The value, or `undefined` in a preview that cannot know it yet. An `apply` does not run on what is unknown, so
 * without this one host that is still to be created would hide every other host's preview.
 */
export function ifKnown<T>(value: Output<T>): Output<T | undefined> {
  // Not in the type, but part of what Outputs of different SDK versions tell each other.
  const isKnown = Promise.resolve<unknown>(Reflect.get(value, "isKnown")).then((known) => known !== false);
  const unknown: OutputInstance<T | undefined> = output<undefined>(undefined);
  return output(isKnown).apply<T | undefined>(
    (known): OutputInstance<T | undefined> => (known ? value : unknown),
  );
}

/** The same as a promise: nothing depends on where it came from, and it is no secret. */
export async function knownValue<T>(value: Output<T>): Promise<T | undefined> {
  const isKnown: unknown = await Reflect.get(value, "isKnown");
  return isKnown === false ? undefined : promiseOf(value);
}

/** What a promise brings, as it is: `output` would look into every object, and make an Output of each of its parts. */
export function outputOf<T>(promise: Promise<T>): Output<T> {
  return output(true).apply<T>(() => promise);
}

/** The bare value: no resource depends on where it came from, and it is no secret. It must be known. */
export function withoutDependencies<T>(value: Output<T>): Output<T> {
  return outputOf(promiseOf(value));
}

/** Not in the type either: resolves, or rejects, as the Output does. */
export function promiseOf<T>(value: Output<T>): Promise<T> {
  const promised: unknown = Reflect.get(value, "promise");
  if (typeof promised !== "function") {
    throw new Error("bug: an Output without a promise");
  }
  return promised.call(value);
}
