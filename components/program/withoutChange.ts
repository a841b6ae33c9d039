import type { ResourceTransformArgs, ResourceTransformResult } from "@pulumi/pulumi";

/**
 * Leaves an input of a resource as it is in state. As a transform, it can be decided once the inputs are known; the
 * options of a resource must be there before.
 */
export function withoutChange(
  { props, opts }: ResourceTransformArgs,
  input: string,
): ResourceTransformResult {
  return { props, opts: { ...opts, ignoreChanges: [...(opts.ignoreChanges ?? []), input] } };
}
