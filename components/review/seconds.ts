import { parseDuration } from "../policy/duration";

/** A duration of the review text in seconds; none where it is not there. */
export function seconds(duration: string): number {
  const parsed = parseDuration(duration);
  return parsed.kind === "value" ? parsed.value : 0;
}
