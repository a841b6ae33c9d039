import { z } from "zod";
import { DRAWN_KNOCKS } from "../drawKnocks";
import { DURATION, parseDuration, printDuration } from "../duration";
import { NAME } from "../nameProblem";
import { mergeNetworks, parseNetwork } from "../network";
import { type Parsed, value } from "../parsed";
import type { Undrawn, WrittenKnock } from "../policy";
import { isPort, mergePortRanges, PORT_RANGE, parsePortRange } from "../portRange";
import { printNumber } from "../printNumber";
import { parseKnocks } from "../sequence";
import { unknownFields } from "./unknownFields";

/** What is written in the place of a secret that each host, or knocker, has another one of: see `derive`. */
export const DERIVED = "derived";

const UNDRAWN: readonly Undrawn[] = Array.from({ length: DRAWN_KNOCKS }, () => ({
  protocol: "tcp",
  port: DERIVED,
}));

/** One word of a text for review: a line break in an address would begin a line that nobody wrote. */
export const WORD = /^[^\s\p{Cc}]+$/u;

/** Where to connect to. */
export const addressSchema = z.string().regex(WORD, "is no address; give an address or a host name");
export const portSchema = z
  .number()
  .refine((port) => Number.isInteger(port) && isPort(port), "is not a port; use 1 to 65,535");

/**
 * A schema for each of these fields, and for no other: an argument that somebody adds does not compile until it can be
 * written, nor does one that can be written until the policy has it.
 */
export type SchemasOf<T> = Readonly<Record<keyof T, z.ZodType>>;

interface Limits {
  readonly min: number;
  readonly max: number;
}

/** Ports as they are written, sorted and merged. */
export const portsSchema = z.array(portRange()).transform(mergePortRanges);
export const somePortsSchema = z
  .array(portRange())
  .min(1, "names no port; list at least one")
  .transform(mergePortRanges);

/** Networks as they are written, sorted and merged. */
export const networksSchema = z.array(parsedBy(parseNetwork)).transform(mergeNetworks);

/** `remedy` says what the writer of an empty list may have meant. */
export function someNetworksSchema(remedy: string) {
  return z.array(parsedBy(parseNetwork)).min(1, `names no network; ${remedy}`).transform(mergeNetworks);
}

/** A knock sequence. The rules about its knocks come after: they hold for all sequences of a policy. */
export function sequenceSchema(alternative: string) {
  return parsedBy(
    (text): Parsed<readonly WrittenKnock[]> =>
      text === DERIVED ? value(UNDRAWN) : parseKnocks(text, alternative),
  );
}

/** A sequence that may be left out. */
export const optionalSequenceSchema = sequenceSchema("leave it out").default([]);

/** A duration, in seconds. */
export function durationWithin({ min, max }: Limits) {
  return parsedBy(parseDuration)
    .refine((seconds) => seconds >= min && seconds <= max, {
      error: `is out of range; use ${printDuration(min)} to ${printDuration(max)}`,
    })
    .meta({ pattern: DURATION.source });
}

/** Names of what there is, sorted, each once; any names where nobody says what there is. `atLeastOne` says what is wrong with none. */
export function namesAmong(known: ReadonlySet<string> | undefined, remedy: string, atLeastOne?: string) {
  const name =
    known === undefined
      ? z.string().regex(NAME, `is not a name; ${remedy}`)
      : z.string().refine((each) => known.has(each), `is not there; ${remedy}`);
  const names = atLeastOne === undefined ? z.array(name) : z.array(name).min(1, atLeastOne);
  return names.transform((all): readonly string[] => [...new Set(all)].toSorted());
}

export function wholeNumberWithin({ min, max }: Limits) {
  return z
    .number()
    .refine((number) => Number.isInteger(number) && number >= min && number <= max, {
      error: `is out of range; use a whole number from ${min} to ${printNumber(max)}`,
    })
    .meta({ type: "integer", minimum: min, maximum: max });
}

/** An object with these fields and no others. */
export function objectOf<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? unknownFields(issue.keys, Object.keys(shape)) : undefined,
  });
}

function portRange() {
  return parsedBy(parsePortRange).meta({ pattern: PORT_RANGE.source });
}

/** A text that a parser of ours understands. */
export function parsedBy<T>(parse: (text: string) => Parsed<T>) {
  return z.string().transform((text, context): T => {
    const parsed = parse(text);
    if (parsed.kind === "value") {
      return parsed.value;
    }
    context.addIssue({ code: "custom", message: `${parsed.problem}; ${parsed.remedy}` });
    return z.NEVER;
  });
}
