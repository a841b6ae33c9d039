import { isPort } from "../components/policy/portRange";
import { usageError } from "./commandError";

/** A TCP port as a number alone. What was written is not repeated. */
export function readTcpPort(text: string, where: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (!isPort(port)) {
    throw usageError(`${where}: is not a TCP port; write a number from 1 to 65,535`);
  }
  return port;
}
