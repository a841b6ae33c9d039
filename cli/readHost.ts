import { isIP } from "node:net";
import { usageError } from "./commandError";

/** A host to connect to, or in words what else was written in its place. What was written is not repeated. */
export function readHost(text: string, where = "HOST"): string {
  const problem = isIP(text) === 0 ? hostProblem(text) : undefined;
  if (problem !== undefined) {
    throw usageError(`${where}: ${problem}`);
  }
  return text;
}

function hostProblem(text: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return "is a URL; give the name or the address in it";
  if (text.includes("@")) return "has a user; give what stands behind the @";
  if (text.startsWith("-")) return "begins with a dash; give a name or an address";
  if (/^\[.*\]$/.test(text)) return "has brackets; give the address without them";
  if (/:\d+$/.test(text)) return "has a port; leave it out: the sequence says where to knock";
  if (/^\d+$/.test(text)) return "is a number; give a name or an address: knocks belong into --sequence-file";
  return /^[\p{L}\d._-]+$/u.test(text) ? undefined : "is neither a name nor an address; give one of both";
}
