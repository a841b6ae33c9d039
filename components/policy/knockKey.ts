import type { Knock } from "./policy";

/** One text for equal knocks, different for different ones. */
export function knockKey(knock: Knock): string {
  return `${knock.protocol}/${knock.port}`;
}
