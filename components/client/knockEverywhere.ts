import type { Knock } from "../policy/sequence";
import { findTargets, knock, sendToken, type Target } from "./knock";

/** What a client opens with: a sequence, or tokens, of which it sends another one each time. */
export type ClientOpening =
  | {
      readonly kind: "sequence";
      readonly sequence: readonly Knock[];
      /** As `knock` takes it. */
      readonly delayMilliseconds?: number;
    }
  | { readonly kind: "tokens"; readonly next: () => string };

/**
 * Knocks at every address of a name, of both families: whoever connects then chooses one for himself.
 *
 * @throws KnockError when the host has no address, or none of them could be sent a knock.
 */
export async function knockEverywhere(host: string, opening: ClientOpening): Promise<void> {
  const targets = await findTargets(host);
  const sent = await Promise.allSettled(targets.map((target) => knockAt(target, opening)));
  const failures = sent.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  if (failures.length === sent.length) {
    throw failures[0];
  }
}

/** Knocks at one address. */
export async function knockAt(target: Target, opening: ClientOpening): Promise<void> {
  if (opening.kind === "sequence") {
    const { kind, ...knocks } = opening;
    await knock({ host: target.address, ...knocks });
  } else {
    await sendToken(target, opening.next());
  }
}
