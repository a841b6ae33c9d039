import { z } from "zod";

/** Whether something is written in a field of an entry, of any type. */
export function isWritten(field: string, written: unknown): boolean {
  return (
    typeof written === "object" &&
    written !== null &&
    field in written &&
    (written as Readonly<Record<string, unknown>>)[field] !== undefined
  );
}

/** A field that must not be written beside another one; `message` says why and what to do. */
export function absentBecause(message: string) {
  return z.custom<undefined>((value) => value === undefined, message).optional();
}

/** What is left of a written entry of which every field was taken: one that somebody adds does not compile there. */
export type Absent = Readonly<Record<string, undefined>>;
