import type { Rollout } from "./policy";

/** Hosts that are touched together, when all before them are confirmed. */
export interface Wave {
  readonly hosts: readonly string[];
  /** Whether nobody else is touched where one of them is not confirmed, whatever else the engine was told. */
  readonly isCanary: boolean;
}

/** @param hosts in the order in which they are touched */
export function wavesOf(hosts: readonly string[], { canaries, batch }: Rollout): readonly Wave[] {
  const first = new Set(canaries);
  const others = hosts.filter((host) => !first.has(host));
  const size = batch === 0 ? others.length : batch;
  const count = size === 0 ? 0 : Math.ceil(others.length / size);
  const batches = Array.from(
    { length: count },
    (_, index): Wave => ({
      hosts: others.slice(index * size, (index + 1) * size),
      isCanary: false,
    }),
  );
  const tried: Wave = { hosts: hosts.filter((host) => first.has(host)), isCanary: true };
  return tried.hosts.length === 0 ? batches : [tried, ...batches];
}
