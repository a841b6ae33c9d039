import { z } from "zod";
import { parseDuration, printDuration } from "./duration";
import { parseNetwork } from "./network";
import type { Parsed } from "./parsed";
import { isPort, parsePortRange } from "./portRange";
import { tryParseSequence } from "./sequence";

const KNOCK_TIMEOUT_SECONDS = { min: 1, max: 300 };
const ROLLBACK_SECONDS = { min: 5, max: 600 };
const ACCESS_WINDOW_SECONDS = { min: 1, max: 7 * 86400 };

const portRange = parsedBy(parsePortRange);
const network = parsedBy(parseNetwork);

/** One guarded service as it is written, with the defaults of what may be left out. */
export const serviceSchema = z
  .strictObject({
    ports: z.array(portRange).min(1, "names no port; list at least one"),
    sequence: parsedBy(tryParseSequence),
    closeSequence: parsedBy(tryParseSequence).default([]),
    access: z.enum(["window", "once"], { error: 'is neither; write "window" or "once"' }).default("window"),
    knockTimeout: durationWithin(KNOCK_TIMEOUT_SECONDS).default(5),
    accessWindow: durationWithin(ACCESS_WINDOW_SECONDS).default(10),
  })
  .transform(({ knockTimeout, accessWindow, ...service }) => ({
    ...service,
    knockTimeoutSeconds: knockTimeout,
    accessWindowSeconds: accessWindow,
  }));

export const guardedAnswerSchema = z
  .enum(["reject", "drop"], { error: 'is neither; write "reject" or "drop"' })
  .default("reject");

export const identitySchema = z
  .strictObject({
    ipv4Prefix: prefixWithin({ min: 16, max: 32 }).default(32),
    ipv6Prefix: prefixWithin({ min: 48, max: 128 }).default(128),
  })
  .default({ ipv4Prefix: 32, ipv6Prefix: 128 });

export const networksSchema = z.array(network).default([]);
export const portRangesSchema = z.array(portRange).default([]);

export const rollbackSchema = durationWithin(ROLLBACK_SECONDS).default(60);

export const reachSchema = z.strictObject({
  address: z.string().min(1, "is empty; give an address or a host name"),
  port: z.number().refine((port) => Number.isInteger(port) && isPort(port), "is not a port; use 1 to 65535"),
  viaProxy: z.boolean(),
});

function durationWithin(range: { readonly min: number; readonly max: number }) {
  return parsedBy(parseDuration).refine((seconds) => seconds >= range.min && seconds <= range.max, {
    error: `is out of range; use ${printDuration(range.min)} to ${printDuration(range.max)}`,
  });
}

function prefixWithin({ min, max }: { readonly min: number; readonly max: number }) {
  return z.number().refine((prefix) => Number.isInteger(prefix) && prefix >= min && prefix <= max, {
    error: `is out of range; use a whole number from ${min} to ${max}`,
  });
}

function parsedBy<T>(parse: (text: string) => Parsed<T>) {
  return z.string().transform((text, context): T => {
    const parsed = parse(text);
    if (parsed.kind === "value") {
      return parsed.value;
    }
    context.addIssue({ code: "custom", message: `${parsed.problem}; ${parsed.remedy}` });
    return z.NEVER;
  });
}
