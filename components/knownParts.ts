import * as pulumi from "@pulumi/pulumi";
import { ifKnown } from "./ifKnown";

/** What is known of some arguments before all of them are. */
export interface KnownParts {
  readonly known: object;
  /** Where nothing is known yet: `services.ssh.sequence`, `allow.1`. */
  readonly missing: readonly string[];
}

/** Resolves as soon as it can: in a preview with what a preview knows, in an update without waiting for resources. */
export function knownParts(args: object): pulumi.Output<KnownParts> {
  const later = laterInputs(args, []);
  return pulumi.all(later.map(({ input }) => boxed(input))).apply((boxes) => {
    const values = new Map(later.map(({ input }, index) => [input, boxes[index]?.value]));
    return {
      known: filledFields(args, values),
      missing: later.filter((_, index) => boxes[index] === undefined).map(({ path }) => path),
    };
  });
}

/** The value, or `undefined` where it is not there yet: see `KnownParts`. */
export function ifAvailable<T>(value: pulumi.Output<T>): pulumi.Output<T | undefined> {
  if (pulumi.runtime.isDryRun()) {
    return ifKnown(value);
  }
  const nothing = pulumi.output<undefined>(undefined);
  return pulumi
    .output(dependsOnResources(value))
    .apply<T | undefined>((depends): pulumi.OutputInstance<T | undefined> => (depends ? nothing : value));
}

interface LaterInput {
  readonly path: string;
  readonly input: unknown;
}

/** Every Output and promise, wherever it stands. */
function laterInputs(value: unknown, keys: readonly string[]): readonly LaterInput[] {
  if (isLater(value)) {
    return [{ path: keys.join("."), input: value }];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => laterInputs(item, [...keys, `${index + 1}`]));
  }
  return isRecord(value)
    ? Object.entries(value).flatMap(([key, field]) => laterInputs(field, [...keys, key]))
    : [];
}

/** The same with what the Outputs and promises hold in their places. */
function filled(value: unknown, values: ReadonlyMap<unknown, unknown>): unknown {
  if (isLater(value)) {
    return values.get(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => filled(item, values));
  }
  return isRecord(value) ? filledFields(value, values) : value;
}

function filledFields(record: object, values: ReadonlyMap<unknown, unknown>): object {
  return Object.fromEntries(Object.entries(record).map(([key, field]) => [key, filled(field, values)]));
}

/** In a box, so that a value that is `undefined` can be told from one that is not there yet. */
function boxed(input: unknown): pulumi.Output<Box | undefined> {
  // What an update's promise waits for cannot be seen: it may be a resource.
  return input instanceof Promise && !pulumi.runtime.isDryRun()
    ? pulumi.output<undefined>(undefined)
    : ifAvailable(pulumi.output([input]).apply(([value]): Box => ({ value })));
}

interface Box {
  readonly value: unknown;
}

/** Not in the type: like what is known, part of what Outputs of different SDK versions tell each other. */
function dependsOnResources(value: pulumi.Output<unknown>): boolean {
  const resources: unknown = Reflect.get(value, "resources");
  const found: unknown = typeof resources === "function" ? resources.call(value) : undefined;
  return found instanceof Set && found.size > 0;
}

function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
