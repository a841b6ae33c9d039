import type { Connection } from "./connection";
import { fillDeliveryEnvelope, SCRIPT_DIGEST } from "./envelope";
import { hostCommand } from "./hostCommand";
import { deliveryManifest, type Owner, printOwner } from "./manifest";
import { reasonOf } from "./probeHost";
import type { Patience } from "./redial";
import { runOverSsh } from "./runOverSsh";

const DELIVERY_SECONDS = 60;

/**
 * Brings the host script to a host, over one SSH connection, for the next apply of this owner. Never throws.
 *
 * @returns why it could not be brought
 */
export async function deliverScript(
  connection: Connection,
  owner: Owner,
  patience: Patience,
): Promise<string | undefined> {
  const printed = printOwner(owner);
  const manifest = deliveryManifest(printed, SCRIPT_DIGEST);
  const input = fillDeliveryEnvelope({ owner: printed, manifest });
  const run = { command: hostCommand("deliver", "-"), input, timeoutSeconds: DELIVERY_SECONDS };
  try {
    const result = await runOverSsh(connection, run, patience);
    return result.exitCode === 0 ? undefined : reasonOf(result).replace(`${owner.host}: `, "");
  } catch (error) {
    return `it ${error instanceof Error ? error.message : "failed for an unknown reason"}`;
  }
}
