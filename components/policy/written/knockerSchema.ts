import { z } from "zod";
import type { KnockerArgs } from "../../args";
import { MOMENT, parseMoment } from "../moment";
import { isName } from "../nameProblem";
import type { Knock, Knocker } from "../policy";
import { WITHOUT_KNOCKER } from "../sequence";
import { objectOf, optionalSequenceSchema, parsedBy, type SchemasOf, sequenceSchema } from "./fieldSchemas";
import { ofSequence, toOwnOpening } from "./openingSchema";
import type { EntrySchema } from "./parseFields";

type UnnamedKnocker = Omit<Knocker, "name">;

const servicesSchema = z
  .array(z.string().refine(isName, "is not the name of a service"))
  .transform((names) => [...new Set(names)].toSorted());

/** The fields of a knocker. */
export const knockerFields = {
  services: servicesSchema.refine(
    ({ length }) => length > 0,
    `names no service; name at least one, or ${WITHOUT_KNOCKER}`,
  ),
  sequence: sequenceSchema(WITHOUT_KNOCKER),
  ...ofSequence,
  until: parsedBy(parseMoment).meta({ pattern: MOMENT.source }).optional(),
} satisfies SchemasOf<KnockerArgs>;

/** How a knocker is written. */
export const knockerSchema: EntrySchema<UnnamedKnocker> = {
  whole: schemaWith(knockerFields),
  remains: schemaWith({ services: servicesSchema.default([]), sequence: optionalSequenceSchema }),
};

interface Needed {
  readonly services: z.ZodType<readonly string[]>;
  readonly sequence: z.ZodType<readonly Knock[]>;
}

function schemaWith({ services, sequence }: Needed): z.ZodType<UnnamedKnocker> {
  return objectOf({ ...knockerFields, services, sequence }).transform(
    ({ services: names, until = 0, ...opening }): UnnamedKnocker => ({
      services: names,
      opening: toOwnOpening(opening),
      until,
    }),
  );
}
