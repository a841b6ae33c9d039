import type { Knock } from "../../../components/policy/policy";
import { parsePortRange } from "../../../components/policy/portRange";

/** One port as it is written, `7000` or `8000/udp`. */
export function toPort(text: string): Knock {
  const parsed = parsePortRange(text);
  if (parsed.kind === "refused") throw new Error(`${text} ${parsed.problem}`);
  return { protocol: parsed.value.protocol, port: parsed.value.from };
}
