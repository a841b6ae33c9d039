import * as pulumi from "@pulumi/pulumi";
import { isName } from "../policy/nameProblem";

/** Whether an input comes as an Output or a promise. */
export function isLater(input: unknown): boolean {
  return pulumi.Output.isInstance(input) || input instanceof Promise;
}

/** Whether an input's fields can be looked at one by one, before they are known. */
export function isPlain<T extends object>(input: pulumi.Input<T> | undefined): input is T {
  return typeof input === "object" && input !== null && !isLater(input);
}

/**
 * The entries of a record whose keys are names. The others have failed the policy, and stay out of resource names:
 * one may be a misplaced sequence. A program that reads its configuration may hand over anything, whatever the
 * types say: what is no object has no fields here, and has failed the policy too.
 */
export function namedEntries<T extends object>(
  record: Readonly<Record<string, T>> | undefined,
): readonly (readonly [string, Partial<T>])[] {
  const entries = isPlain(record) ? Object.entries(record) : [];
  return entries.flatMap(([name, input]) => (isName(name) ? [[name, isPlain(input) ? input : {}]] : []));
}
