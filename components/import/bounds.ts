import { LONGEST_KNOCK_TIMEOUT } from "../policy/written/openingSchema";
import { LONGEST_ACCESS_WINDOW } from "../policy/written/serviceSchema";

/** Where nothing closes a port again, in seconds: the longest of which no policy is warned. */
export const WINDOW_WITHOUT_END = 3600;

/** The longest gap from knock to knock that a policy may have, in seconds. */
export const LONGEST_GAP = LONGEST_KNOCK_TIMEOUT;

/** An access window that a policy may have, in seconds. */
export function windowWithin(seconds: number): number {
  return Math.min(Math.max(seconds, 1), LONGEST_ACCESS_WINDOW);
}
