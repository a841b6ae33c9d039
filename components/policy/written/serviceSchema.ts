import { z } from "zod";
import type { ServiceArgs } from "../../args";
import { isName } from "../nameProblem";
import type { Knock, PortRange, Service } from "../policy";
import { WITHOUT_SEQUENCE } from "../sequence";
import {
  durationWithin,
  objectOf,
  optionalSequenceSchema,
  portsSchema,
  type SchemasOf,
  sequenceSchema,
  somePortsSchema,
} from "./fieldSchemas";
import type { EntrySchema } from "./parseFields";

type UnnamedService = Omit<Service, "name">;

/** The gap to the next knock that every sequence may have. */
export const knockTimeoutSchema = durationWithin({ min: 1, max: 300 }).prefault("5s");

const admission = {
  accessWindow: durationWithin({ min: 1, max: 7 * 86400 }).prefault("10s"),
  access: z.enum(["window", "once"], { error: 'is neither; write "window" or "once"' }).default("window"),
  flowTimeout: durationWithin({ min: 1, max: 7 * 86400 }).optional(),
} satisfies Partial<SchemasOf<ServiceArgs>>;

const ofSequence = {
  knockTimeout: knockTimeoutSchema,
  closeSequence: optionalSequenceSchema,
  unban: z.boolean().default(false),
} satisfies Partial<SchemasOf<ServiceArgs>>;

type OfSequence = keyof typeof ofSequence;

/** The fields of a service with a sequence of its own. */
export const ownFields = {
  ports: somePortsSchema,
  sequence: sequenceSchema(WITHOUT_SEQUENCE),
  ...ofSequence,
  ...admission,
} satisfies SchemasOf<Omit<ServiceArgs, "sequenceOf">>;

/** The fields of a service that shares the sequence of another one. */
export const sharedFields = {
  ports: somePortsSchema,
  sequenceOf: z.string().refine(isName, "is not the name of a service; name one with a sequence of its own"),
  ...admission,
} satisfies SchemasOf<Omit<ServiceArgs, "sequence" | OfSequence>>;

const own: EntrySchema<UnnamedService> = {
  whole: ownSchema(ownFields),
  remains: ownSchema({ ports: portsSchema.default([]), sequence: optionalSequenceSchema }),
};

const shared: EntrySchema<UnnamedService> = {
  whole: sharedSchema(sharedFields),
  remains: sharedSchema({ ports: portsSchema.default([]), sequenceOf: sharedFields.sequenceOf.default("") }),
};

/** How a guarded service is written: one schema where it has a sequence, another where it shares one. */
export function serviceSchema(written: unknown): EntrySchema<UnnamedService> {
  return isSharing(written) ? shared : own;
}

interface NeededOfOwn {
  readonly ports: z.ZodType<readonly PortRange[]>;
  readonly sequence: z.ZodType<readonly Knock[]>;
}

function ownSchema(needed: NeededOfOwn): z.ZodType<UnnamedService> {
  const schemas = {
    ports: needed.ports,
    sequence: needed.sequence,
    sequenceOf: z.undefined().optional(),
    ...ofSequence,
    ...admission,
  } satisfies SchemasOf<ServiceArgs>;
  return objectOf(schemas).transform((written): UnnamedService => {
    const { ports, accessWindow, access, flowTimeout = 0, ...opening } = written;
    const { sequence, knockTimeout, closeSequence, unban, ...others } = opening;
    others satisfies Absent;
    return {
      ports,
      opening: {
        kind: "own",
        sequence,
        knockTimeoutSeconds: knockTimeout,
        closeSequence,
        unbans: unban,
      },
      accessWindowSeconds: accessWindow,
      access,
      flowTimeoutSeconds: flowTimeout,
    };
  });
}

interface NeededOfShared {
  readonly ports: z.ZodType<readonly PortRange[]>;
  readonly sequenceOf: z.ZodType<string>;
}

function sharedSchema(needed: NeededOfShared): z.ZodType<UnnamedService> {
  const belongs = absentBecause("belongs to the service whose sequence it is; write it there");
  const ofTheOther: Readonly<Record<OfSequence, typeof belongs>> = {
    knockTimeout: belongs,
    closeSequence: belongs,
    unban: belongs,
  };
  const schemas = {
    ports: needed.ports,
    sequence: absentBecause("stands beside sequenceOf; keep one of the two"),
    sequenceOf: needed.sequenceOf,
    ...ofTheOther,
    ...admission,
  } satisfies SchemasOf<ServiceArgs>;
  return objectOf(schemas).transform((written): UnnamedService => {
    const { ports, accessWindow, access, flowTimeout = 0, ...opening } = written;
    const { sequenceOf, ...others } = opening;
    others satisfies Absent;
    return {
      ports,
      opening: { kind: "shared", sequenceOf },
      accessWindowSeconds: accessWindow,
      access,
      flowTimeoutSeconds: flowTimeout,
    };
  });
}

function isSharing(written: unknown): boolean {
  return (
    typeof written === "object" &&
    written !== null &&
    "sequenceOf" in written &&
    written.sequenceOf !== undefined
  );
}

/** What is left of a written service of which every field was taken: one that somebody adds does not compile there. */
type Absent = Readonly<Record<string, undefined>>;

function absentBecause(message: string) {
  return z.custom<undefined>((value) => value === undefined, message).optional();
}
