import * as pulumi from "@pulumi/pulumi";

/**
 * An error that ends a program, in these words alone: the SDK puts `error serializing property …` before the message of an error
 * for each property that it passes, and prints one error once.
 */
export function stopError(message: () => string): pulumi.RunError {
  return Object.defineProperties(new pulumi.RunError(), {
    message: { get: message, set: () => {} },
    stack: { get: message },
  });
}
