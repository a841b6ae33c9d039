import { z } from "zod";
import type { KnockerArgs } from "../../args";
import { parseTokenSecret } from "../../tokens/tokenSecret";
import { MOMENT, parseMoment } from "../moment";
import { isName } from "../nameProblem";
import { value } from "../parsed";
import type { Knocker, WrittenKnock } from "../policy";
import { WITHOUT_KNOCKER } from "../sequence";
import {
  DERIVED,
  objectOf,
  optionalSequenceSchema,
  parsedBy,
  type SchemasOf,
  sequenceSchema,
} from "./fieldSchemas";
import { ofSequence, toOwnOpening, toTokenOpening } from "./openingSchema";
import type { EntrySchema } from "./parseFields";
import { type Absent, absentBecause, isWritten } from "./writtenFields";

type UnnamedKnocker = Omit<Knocker<WrittenKnock>, "name">;

const servicesSchema = z
  .array(z.string().refine(isName, "is not the name of a service"))
  .transform((names) => [...new Set(names)].toSorted());

const someServicesSchema = servicesSchema.refine(
  ({ length }) => length > 0,
  `names no service; name at least one, or ${WITHOUT_KNOCKER}`,
);

const access = {
  until: parsedBy(parseMoment).meta({ pattern: MOMENT.source }).optional(),
} satisfies Partial<SchemasOf<KnockerArgs>>;

/** Which secret is derived for him, the secret of the policy says. */
const tokenSchema = parsedBy((text) => (text === DERIVED ? value(text) : parseTokenSecret(text)));

/** The fields of a knocker with a sequence. */
export const sequenceFields = {
  services: someServicesSchema,
  sequence: sequenceSchema(WITHOUT_KNOCKER),
  ...ofSequence,
  ...access,
} satisfies SchemasOf<Omit<KnockerArgs, "token">>;

/** The fields of a knocker with single packets. */
export const tokenFields = {
  services: someServicesSchema,
  token: tokenSchema,
  ...ofSequence,
  ...access,
} satisfies SchemasOf<Omit<KnockerArgs, "sequence">>;

const withoutSequence = sequenceSchemaWith({
  services: servicesSchema.default([]),
  sequence: optionalSequenceSchema,
});

const withSequence: EntrySchema<UnnamedKnocker> = {
  whole: sequenceSchemaWith(sequenceFields),
  remains: withoutSequence,
};

const withToken: EntrySchema<UnnamedKnocker> = {
  whole: tokenSchemaWith(tokenFields),
  remains: tokenSchemaWith({
    services: servicesSchema.default([]),
    token: tokenSchema.default(""),
  }),
};

const withNeither: EntrySchema<UnnamedKnocker> = {
  whole: sequenceSchemaWith({
    services: someServicesSchema,
    sequence: z.custom<never>(() => false, "is missing, and so is token; give one of the two"),
  }),
  remains: withoutSequence,
};

/** What is known of a knocker beside what is written. */
interface Surroundings {
  /** Whether something will be written in a field. */
  readonly isMissing: (field: keyof KnockerArgs) => boolean;
}

/** How a knocker is written: one schema where he has a sequence, another where packets open once. */
export function knockerSchema(written: unknown, { isMissing }: Surroundings): EntrySchema<UnnamedKnocker> {
  const isGiven = (field: keyof KnockerArgs): boolean => isWritten(field, written) || isMissing(field);
  if (isGiven("token")) {
    return withToken;
  }
  return isGiven("sequence") || typeof written !== "object" ? withSequence : withNeither;
}

interface NeededOfSequence {
  readonly services: z.ZodType<readonly string[]>;
  readonly sequence: z.ZodType<readonly WrittenKnock[]>;
}

function sequenceSchemaWith(needed: NeededOfSequence): z.ZodType<UnnamedKnocker> {
  const schemas = {
    ...sequenceFields,
    ...needed,
    token: z.undefined().optional(),
  } satisfies SchemasOf<KnockerArgs>;
  return objectOf(schemas).transform((written): UnnamedKnocker => {
    const { services, until = 0, sequence, knockTimeout, closeSequence, unban, ...others } = written;
    others satisfies Absent;
    return { services, opening: toOwnOpening({ sequence, knockTimeout, closeSequence, unban }), until };
  });
}

interface NeededOfToken {
  readonly services: z.ZodType<readonly string[]>;
  readonly token: z.ZodType<string>;
}

function tokenSchemaWith(needed: NeededOfToken): z.ZodType<UnnamedKnocker> {
  const schemas = {
    ...tokenFields,
    ...needed,
    sequence: absentBecause("stands beside token; keep one of the two"),
  } satisfies SchemasOf<KnockerArgs>;
  return objectOf(schemas).transform((written): UnnamedKnocker => {
    const { services, until = 0, token, knockTimeout, closeSequence, unban, ...others } = written;
    others satisfies Absent;
    return { services, opening: toTokenOpening({ token, knockTimeout, closeSequence, unban }), until };
  });
}
