import type { RolloutArgs } from "../../rolloutArgs";
import type { Rollout } from "../policy";
import { namesAmong, objectOf, type SchemasOf, wholeNumberWithin } from "./fieldSchemas";

/** In which order hosts are touched, as it is written. */
export function rolloutSchema(hosts: ReadonlySet<string> | undefined) {
  return objectOf({
    canaries: namesAmong(hosts, "name one that is in hosts").default([]),
    batch: wholeNumberWithin({ min: 1, max: 10_000 }).optional(),
  } satisfies SchemasOf<RolloutArgs>).transform(({ canaries, batch = 0 }): Rollout => ({ canaries, batch }));
}
