import { z } from "zod";
import {
  durationWithin,
  objectOf,
  optionalSequenceSchema,
  portsSchema,
  sequenceSchema,
  somePortsSchema,
} from "./fieldSchemas";
import { isName } from "./nameProblem";
import type { EntrySchema } from "./parseFields";
import type { Knock, PortRange, Service } from "./policy";
import { WITHOUT_SEQUENCE } from "./sequence";

type UnnamedService = Omit<Service, "name">;

/** The gap to the next knock that every sequence may have. */
export const knockTimeoutSchema = durationWithin({ min: 1, max: 300 }).prefault("5s");

const admission = {
  accessWindow: durationWithin({ min: 1, max: 7 * 86400 }).prefault("10s"),
  access: z.enum(["window", "once"], { error: 'is neither; write "window" or "once"' }).default("window"),
};

const ofSequence = {
  knockTimeout: knockTimeoutSchema,
  closeSequence: optionalSequenceSchema,
  unban: z.boolean().default(false),
};

/** The fields of a service with a sequence of its own. */
export const ownFields = {
  ports: somePortsSchema,
  sequence: sequenceSchema(WITHOUT_SEQUENCE),
  ...ofSequence,
  ...admission,
};

/** The fields of a service that shares the sequence of another one. */
export const sharedFields = {
  ports: somePortsSchema,
  sequenceOf: z.string().refine(isName, "is not the name of a service; name one with a sequence of its own"),
  ...admission,
};

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

function ownSchema({ ports, sequence }: NeededOfOwn): z.ZodType<UnnamedService> {
  const fields = { ports, sequence, sequenceOf: z.undefined().optional(), ...ofSequence, ...admission };
  return objectOf(fields).transform((written) => ({
    ports: written.ports,
    opening: {
      kind: "own",
      sequence: written.sequence,
      knockTimeoutSeconds: written.knockTimeout,
      closeSequence: written.closeSequence,
      unbans: written.unban,
    },
    accessWindowSeconds: written.accessWindow,
    access: written.access,
  }));
}

interface NeededOfShared {
  readonly ports: z.ZodType<readonly PortRange[]>;
  readonly sequenceOf: z.ZodType<string>;
}

function sharedSchema({ ports, sequenceOf }: NeededOfShared): z.ZodType<UnnamedService> {
  const ofTheOther = absentBecause("belongs to the service whose sequence it is; write it there");
  const fields = {
    ports,
    sequence: absentBecause("stands beside sequenceOf; keep one of the two"),
    sequenceOf,
    knockTimeout: ofTheOther,
    closeSequence: ofTheOther,
    unban: ofTheOther,
    ...admission,
  };
  return objectOf(fields).transform((written) => ({
    ports: written.ports,
    opening: { kind: "shared", sequenceOf: written.sequenceOf },
    accessWindowSeconds: written.accessWindow,
    access: written.access,
  }));
}

function isSharing(written: unknown): boolean {
  return (
    typeof written === "object" &&
    written !== null &&
    "sequenceOf" in written &&
    written.sequenceOf !== undefined
  );
}

function absentBecause(message: string) {
  return z
    .unknown()
    .refine((value) => value === undefined, message)
    .optional();
}
