import * as pulumi from "@pulumi/pulumi";
import { parseDuration, printDuration } from "../policy/duration";
import { programKind } from "./programKind";

/** Whether hosts are asked how they are: not, as far as they answer, or with a host that does not as an error. */
export type Probing = "off" | "on" | "required";

/**
 * What stack config `portknock:probe` says: `true`, `false` or `required`. Off under mocks, and with `false` in a
 * preview: on a machine without a way in. An update needs a way in as it is.
 */
export function probing(): Probing {
  probeBounds();
  const wanted = new pulumi.Config("portknock").get("probe") ?? "true";
  if (!["true", "false", "required"].includes(wanted)) {
    throw new pulumi.RunError("portknock:probe: is none of true, false and required; pulumi config set it");
  }
  if (programKind() === "mocked" || (wanted === "false" && pulumi.runtime.isDryRun())) {
    return "off";
  }
  return wanted === "required" ? "required" : "on";
}

/** How hosts are asked. */
export interface ProbeBounds {
  /** How many are dialled at once. */
  readonly atOnce: number;
  /** How long one may take to answer, once it has let us in. */
  readonly answerSeconds: number;
}

const AT_ONCE = { default: 32, min: 1, max: 256 };
const ANSWER_SECONDS = { default: 30, min: 5, max: 600 };

/** What stack config `portknock:probeParallel` and `portknock:probeTimeout` say. */
export function probeBounds(): ProbeBounds {
  const config = new pulumi.Config("portknock");
  const atOnce = Number(config.get("probeParallel") ?? AT_ONCE.default);
  const timeout = parseDuration(config.get("probeTimeout") ?? printDuration(ANSWER_SECONDS.default));
  if (!Number.isInteger(atOnce) || !isWithin(atOnce, AT_ONCE)) {
    throw new pulumi.RunError(
      `portknock:probeParallel: is no whole number from ${AT_ONCE.min} to ${AT_ONCE.max}; pulumi config set it`,
    );
  }
  if (timeout.kind === "refused" || !isWithin(timeout.value, ANSWER_SECONDS)) {
    throw new pulumi.RunError(
      `portknock:probeTimeout: is no duration from ${printDuration(ANSWER_SECONDS.min)} to ${printDuration(ANSWER_SECONDS.max)}; pulumi config set it`,
    );
  }
  return { atOnce, answerSeconds: timeout.value };
}

function isWithin(number: number, { min, max }: { readonly min: number; readonly max: number }): boolean {
  return number >= min && number <= max;
}
