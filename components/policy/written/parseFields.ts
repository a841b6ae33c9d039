import type { z } from "zod";
import { isName, nameProblem } from "../nameProblem";
import type { Problem } from "../policyError";
import { schemaProblems } from "./schemaProblems";

/** How an entry of a record is written. */
export interface EntrySchema<T> {
  readonly whole: z.ZodType<T>;
  /** What is left when fields that are refused are taken out: none is needed. Without it nothing is left. */
  readonly remains?: z.ZodType<T>;
}

/** What is fine of an object whose fields all have defaults; the others leave their problems behind. */
export function parseFields<T>(path: string, schema: z.ZodType<T>, input: unknown, problems: Problem[]): T {
  const result = safeParse(path, schema, input, problems);
  return result.kind === "value" ? result.value : schema.parse(result.remains);
}

/** The entries of a record as far as they are fine; what is not leaves its problems behind. */
export function parseRecord<T>(
  path: string,
  schemaOf: (entry: unknown, name: string) => EntrySchema<T>,
  input: unknown,
  problems: Problem[],
): ReadonlyMap<string, T> {
  const entries = toEntries(input);
  if (entries === undefined) {
    problems.push({ path, problem: "is not an object", remedy: "give one entry a name" });
    return new Map();
  }
  const parsed = new Map<string, T>();
  for (const [index, [name, entry]] of entries.entries()) {
    if (!isName(name)) {
      problems.push(nameProblem(path, index));
      continue;
    }
    const { whole, remains } = schemaOf(entry, name);
    const result = safeParse(`${path}.${name}`, whole, entry, problems);
    if (result.kind === "value") {
      parsed.set(name, result.value);
    } else if (remains !== undefined) {
      parsed.set(name, remains.parse(result.remains));
    }
  }
  return parsed;
}

/** The fields of an object as they are written; nothing where it is none. */
export function toEntries(input: unknown): readonly [string, unknown][] | undefined {
  return typeof input === "object" && input !== null && !Array.isArray(input)
    ? Object.entries(input)
    : undefined;
}

type Result<T> =
  | { readonly kind: "value"; readonly value: T }
  /** The fields that are fine: rules between fields look at them, so that every problem shows at once. */
  | { readonly kind: "refused"; readonly remains: object };

function safeParse<T>(path: string, schema: z.ZodType<T>, input: unknown, problems: Problem[]): Result<T> {
  const entries = toEntries(input);
  // Without what is inherited: that was not written.
  const result = schema.safeParse(entries === undefined ? input : Object.fromEntries(entries));
  if (result.success) {
    return { kind: "value", value: result.data };
  }
  // There may be more of them than a call takes arguments.
  for (const problem of schemaProblems(path, result.error)) {
    problems.push(problem);
  }
  const refused = new Map<PropertyKey, Set<PropertyKey>>();
  for (const [field, item] of result.error.issues.flatMap(refusedParts)) {
    refused.set(field, (refused.get(field) ?? new Set()).add(item));
  }
  const remains = (entries ?? []).flatMap(([field, value]) => {
    const left = whatIsLeft(value, refused.get(field));
    return left === undefined ? [] : [[field, left]];
  });
  return { kind: "refused", remains: Object.fromEntries(remains) };
}

/** Of a list that is wrong in places the other places are fine. */
function whatIsLeft(value: unknown, refused: ReadonlySet<PropertyKey> | undefined): unknown {
  if (refused === undefined || !Array.isArray(value) || refused.has(WHOLE)) {
    return refused === undefined ? value : undefined;
  }
  const left = value.filter((_, index) => !refused.has(index));
  return left.length === 0 ? undefined : left;
}

const WHOLE = "";

/** The fields that an issue is about, each with the item of it. */
function refusedParts(issue: z.core.$ZodIssue): readonly (readonly [PropertyKey, PropertyKey])[] {
  const [field, item = WHOLE] = issue.path;
  if (issue.code === "unrecognized_keys" && field === undefined) {
    return issue.keys.map((key) => [key, WHOLE]);
  }
  return field === undefined ? [] : [[field, item]];
}
