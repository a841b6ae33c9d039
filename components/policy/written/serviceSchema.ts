import { z } from "zod";
import type { ServiceArgs } from "../../args";
import { isName } from "../nameProblem";
import type { PortRange, Service, WrittenKnock } from "../policy";
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
import { type OfSequence, ofSequence, toOwnOpening } from "./openingSchema";
import type { EntrySchema } from "./parseFields";
import { type Absent, absentBecause, isWritten } from "./writtenFields";

type UnnamedService = Omit<Service<WrittenKnock>, "name">;

/** In seconds. */
export const LONGEST_ACCESS_WINDOW = 7 * 86400;

const admission = {
  accessWindow: durationWithin({ min: 1, max: LONGEST_ACCESS_WINDOW }).prefault("10s"),
  access: z.enum(["window", "once"], { error: 'is neither; write "window" or "once"' }).default("window"),
  flowTimeout: durationWithin({ min: 1, max: 7 * 86400 }).optional(),
} satisfies Partial<SchemasOf<ServiceArgs>>;

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

/** The fields of a service that its knockers alone open. */
export const knockedFields = {
  ports: somePortsSchema,
  ...admission,
} satisfies SchemasOf<Omit<ServiceArgs, "sequence" | "sequenceOf" | OfSequence>>;

const own: EntrySchema<UnnamedService> = {
  whole: ownSchema(ownFields),
  remains: ownSchema({ ports: portsSchema.default([]), sequence: optionalSequenceSchema }),
};

const shared: EntrySchema<UnnamedService> = {
  whole: sharedSchema(sharedFields),
  remains: sharedSchema({ ports: portsSchema.default([]), sequenceOf: sharedFields.sequenceOf.default("") }),
};

const knocked: EntrySchema<UnnamedService> = {
  whole: knockedSchema(somePortsSchema),
  remains: knockedSchema(portsSchema.default([])),
};

/** What is known of a service beside what is written. */
interface Surroundings {
  /** Whether a knocker opens it. */
  readonly hasKnockers: boolean;
  /** Whether something will be written in a field. */
  readonly isMissing: (field: keyof ServiceArgs) => boolean;
}

/** How a guarded service is written: one schema where it has a sequence, others where it shares one, or has none. */
export function serviceSchema(
  written: unknown,
  { hasKnockers, isMissing }: Surroundings,
): EntrySchema<UnnamedService> {
  if (isWritten("sequenceOf", written)) {
    return shared;
  }
  const hasSequence = isWritten("sequence", written) || isMissing("sequence");
  return hasKnockers && !hasSequence ? knocked : own;
}

interface NeededOfOwn {
  readonly ports: z.ZodType<readonly PortRange[]>;
  readonly sequence: z.ZodType<readonly WrittenKnock[]>;
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
      opening: toOwnOpening({ sequence, knockTimeout, closeSequence, unban }),
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
  const schemas = {
    ports: needed.ports,
    sequence: absentBecause("stands beside sequenceOf; keep one of the two"),
    sequenceOf: needed.sequenceOf,
    ...absentOfSequence("belongs to the service whose sequence it is; write it there"),
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

function knockedSchema(ports: z.ZodType<readonly PortRange[]>): z.ZodType<UnnamedService> {
  const schemas = {
    ports,
    sequence: z.undefined().optional(),
    sequenceOf: z.undefined().optional(),
    ...absentOfSequence(
      "belongs to a sequence, and the service has none of its own; write it at its knockers",
    ),
    ...admission,
  } satisfies SchemasOf<ServiceArgs>;
  return objectOf(schemas).transform((written): UnnamedService => {
    const { ports: guarded, accessWindow, access, flowTimeout = 0, ...others } = written;
    others satisfies Absent;
    return {
      ports: guarded,
      opening: { kind: "knockers" },
      accessWindowSeconds: accessWindow,
      access,
      flowTimeoutSeconds: flowTimeout,
    };
  });
}

function absentOfSequence(message: string) {
  const absent = absentBecause(message);
  return { knockTimeout: absent, closeSequence: absent, unban: absent } satisfies Record<
    OfSequence,
    typeof absent
  >;
}
