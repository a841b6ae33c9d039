import { z } from "zod";
import type { ServiceArgs } from "../../args";
import type { OwnOpening, TokenOpening, WrittenKnock } from "../policy";
import { durationWithin, optionalSequenceSchema, type SchemasOf } from "./fieldSchemas";

/** The gap to the next knock that every sequence may have. */
/** In seconds. */
export const LONGEST_KNOCK_TIMEOUT = 300;

export const knockTimeoutSchema = durationWithin({ min: 1, max: LONGEST_KNOCK_TIMEOUT }).prefault("5s");

/** What belongs to a sequence that opens services, whose ever it is. */
export const ofSequence = {
  knockTimeout: knockTimeoutSchema,
  closeSequence: optionalSequenceSchema,
  unban: z.boolean().default(false),
} satisfies Partial<SchemasOf<ServiceArgs>>;

export type OfSequence = keyof typeof ofSequence;

type OfWritten = Readonly<z.output<z.ZodObject<typeof ofSequence>>>;

interface WrittenOpening extends OfWritten {
  readonly sequence: readonly WrittenKnock[];
}

interface WrittenTokens extends OfWritten {
  readonly token: string;
}

export function toOwnOpening({
  sequence,
  knockTimeout,
  closeSequence,
  unban,
}: WrittenOpening): OwnOpening<WrittenKnock> {
  return { kind: "own", sequence, knockTimeoutSeconds: knockTimeout, closeSequence, unbans: unban };
}

export function toTokenOpening({
  token,
  knockTimeout,
  closeSequence,
  unban,
}: WrittenTokens): TokenOpening<WrittenKnock> {
  return { kind: "token", secret: token, knockTimeoutSeconds: knockTimeout, closeSequence, unbans: unban };
}
