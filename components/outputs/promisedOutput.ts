import { type Output, type OutputInstance, output } from "@pulumi/pulumi";

/** An Output that somebody holds before it is made. */
export interface PromisedOutput<T> {
  readonly output: Output<T>;
  fulfil(made: Output<T>): void;
}

export function promisedOutput<T>(): PromisedOutput<T> {
  let resolve: (made: { readonly made: Output<T> }) => void = () => {};
  const promise = new Promise<{ readonly made: Output<T> }>((settle) => {
    resolve = settle;
  });
  return {
    // In a box as a function: the SDK would unwrap what it finds in an object, with its type.
    output: output(
      promise.then(
        ({ made }) =>
          () =>
            made,
      ),
    ).apply<T>((take): OutputInstance<T> => take()),
    fulfil: (made) => resolve({ made }),
  };
}
