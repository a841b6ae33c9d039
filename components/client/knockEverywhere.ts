import type { Knock } from "../policy/sequence";
import { findTargets, knock } from "./knock";

/**
 * Knocks at every address of a name, of both families: whoever connects then chooses one for himself.
 *
 * @throws KnockError when the host has no address, or none of them could be sent a knock.
 */
export async function knockEverywhere(host: string, sequence: readonly Knock[]): Promise<void> {
  const targets = await findTargets(host);
  const sent = await Promise.allSettled(targets.map(({ address }) => knock({ host: address, sequence })));
  const failures = sent.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  if (failures.length === sent.length) {
    throw failures[0];
  }
}
