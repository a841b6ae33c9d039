import type { AsyncLocalStorage } from "node:async_hooks";
import type { ResourceTransform } from "@pulumi/pulumi";

declare global {
  /** Where the SDK keeps the state of an inline program; under the CLI nothing is in it. */
  var asyncLocalStorage: AsyncLocalStorage<unknown> | undefined;
}

/**
 * The transform, called as a part of the program that makes it. The SDK calls it outside of an inline program (3.187 to
 * 3.276), where it does not know that the engine takes secrets: what a transform returned would be plain text, in previews
 * and in the state.
 */
export function inProgram(transform: ResourceTransform): ResourceTransform {
  const storage = globalThis.asyncLocalStorage;
  const program = storage?.getStore();
  return (resource) => {
    // It holds on for the SDK, which writes down what comes back; `run` would end with this call.
    if (program !== undefined) storage?.enterWith(program);
    return transform(resource);
  };
}
