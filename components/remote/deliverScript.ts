import type { Connection } from "./connection";
import { fillDeliveryEnvelope, SCRIPT_DIGEST } from "./envelope";
import { hostCommand } from "./hostCommand";
import { deliveryManifest } from "./manifest";
import { reasonOf } from "./probeHost";
import type { Patience } from "./redial";
import { runOverSsh } from "./runOverSsh";

const DELIVERY_SECONDS = 60;

/**
 * Brings the host script to a host, over one SSH connection, for the next apply of this owner. Never throws.
 *
 * @param owner as `printOwner` prints it
 * @returns why it could not be brought, as the end of a sentence that begins with the host
 */
export async function deliverScript(
  connection: Connection,
  owner: string,
  patience: Patience,
): Promise<string | undefined> {
  const input = fillDeliveryEnvelope(deliveryManifest(owner, SCRIPT_DIGEST));
  const run = { command: hostCommand("deliver", "-"), input, timeoutSeconds: DELIVERY_SECONDS };
  try {
    const result = await runOverSsh(connection, run, patience);
    return result.exitCode === 0 ? undefined : reasonOf(result);
  } catch (error) {
    return error instanceof Error ? error.message : "failed for an unknown reason";
  }
}
