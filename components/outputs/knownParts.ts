import * as pulumi from "@pulumi/pulumi";
import { pathOf } from "../policy/path";
import { ifKnown, knownValue, promiseOf } from "./ifKnown";
import { isLater } from "./plainInput";

/** What is known of some arguments before all of them are. */
export interface KnownParts {
  readonly known: object;
  /** Where nothing is known yet: `services.ssh.sequence`, `allow[0]`. */
  readonly missing: readonly string[];
  /** Where something secret is known. */
  readonly secret: readonly string[];
}

/** Resolves as soon as it can: in a preview with what a preview knows, in an update without waiting for resources. */
export function knownParts(args: object): pulumi.Output<KnownParts> {
  const later = laterInputs(args, []);
  const boxed = later.map(({ input }) => ifAvailable(box(input)));
  return pulumi.all([pulumi.all(boxed), areSecret(boxed)]).apply(([boxes, secret]) => {
    const values = new Map(later.map(({ input }, index) => [input, boxes[index]?.value]));
    const pathsOf = (holds: (index: number) => boolean | undefined): readonly string[] =>
      later.filter((_, index) => holds(index)).map(({ path }) => path);
    return {
      known: filledFields(args, values),
      missing: pathsOf((index) => boxes[index] === undefined),
      secret: pathsOf((index) => secret[index]),
    };
  });
}

/** Where something is secret, once everything is known. */
export function secretParts(args: object): pulumi.Output<readonly string[]> {
  const later = laterInputs(args, []);
  return areSecret(later.map(({ input }) => box(input))).apply((secret) =>
    later.filter((_, index) => secret[index]).map(({ path }) => path),
  );
}

function areSecret(values: readonly pulumi.Output<unknown>[]): pulumi.Output<boolean[]> {
  return pulumi.all(values.map((value) => pulumi.isSecret(value)));
}

/** The value, or `undefined` where it is not there yet: see `KnownParts`. */
function ifAvailable<T>(value: pulumi.Output<T>): pulumi.Output<T | undefined> {
  if (pulumi.runtime.isDryRun()) {
    return ifKnown(value);
  }
  const nothing = pulumi.output<undefined>(undefined);
  return pulumi
    .output(isSoonThere(value))
    .apply<T | undefined>((isThere): pulumi.OutputInstance<T | undefined> => (isThere ? value : nothing));
}

/** The same as a promise. */
export async function availableValue<T>(value: pulumi.Output<T>): Promise<T | undefined> {
  return pulumi.runtime.isDryRun() || (await isSoonThere(value)) ? knownValue(value) : undefined;
}

/** Longer than it takes to read a secret somewhere. */
const PATIENCE_MILLISECONDS = 10_000;

/**
 * Whether a value comes without waiting for a resource. Not every resource shows: one may come in through a promise,
 * or through the function of an `apply`, and it may wait for this component. So patience ends.
 */
function isSoonThere(value: pulumi.Output<unknown>): Promise<boolean> {
  return dependsOnResources(value)
    ? Promise.resolve(false)
    : new Promise((resolve) => {
        const timer = setTimeout(resolve, PATIENCE_MILLISECONDS, false);
        const settle = (): void => {
          clearTimeout(timer);
          resolve(true);
        };
        promiseOf(value).then(settle, settle);
      });
}

/** Not in the type: like what is known, part of what Outputs of different SDK versions tell each other. */
function dependsOnResources(value: pulumi.Output<unknown>): boolean {
  const resources: unknown = Reflect.get(value, "resources");
  const found: unknown = typeof resources === "function" ? resources.call(value) : undefined;
  return found instanceof Set && found.size > 0;
}

interface LaterInput {
  readonly path: string;
  readonly input: unknown;
}

/** Every Output and promise, wherever it stands. */
function laterInputs(value: unknown, keys: readonly (string | number)[]): readonly LaterInput[] {
  if (isLater(value)) {
    return [{ path: pathOf(keys), input: value }];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => laterInputs(item, [...keys, index]));
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
function box(input: unknown): pulumi.Output<Box> {
  return pulumi.output([input]).apply(([value]): Box => ({ value }));
}

interface Box {
  readonly value: unknown;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
