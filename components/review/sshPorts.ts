import type { Place } from "../outline/reach";
import type { PortRange, Reach } from "../policy/policy";

/** The TCP port through which Pulumi reaches a host, before and after. */
export interface SshPort {
  readonly old: number;
  readonly now: number;
}

/**
 * The ports of some hosts, each once; SSH's own for a host of which the policy does not say.
 *
 * @param names of the hosts; none for all
 */
export function sshPorts(
  before: readonly Reach<Place>[],
  after: readonly Reach<Place>[],
  names: readonly string[],
): readonly SshPort[] {
  const hostsBefore = new Map(before.map((host) => [host.name, host]));
  const some = new Set(names);
  const pairs = after.flatMap((host): readonly SshPort[] => {
    if (some.size > 0 && !some.has(host.name)) {
      return [];
    }
    const now = portOf(host);
    const hostBefore = hostsBefore.get(host.name);
    const old = hostBefore === undefined ? now : portOf(hostBefore);
    return old !== undefined && now !== undefined
      ? [{ old, now }]
      : // Whether it moved is not known: the port of either side stands, and so may SSH's own.
        [SSH, ...[old, now].flatMap((port) => port ?? [])].map(standing);
  });
  const unique = new Map((pairs.length === 0 ? [standing(SSH)] : pairs).map((pair) => [keyOf(pair), pair]));
  return [...unique.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const SSH = 22;

export function tcp(port: number): PortRange {
  return { protocol: "tcp", from: port, to: port };
}

function standing(port: number): SshPort {
  return { old: port, now: port };
}

/** Nothing for a place that is secret, or not known yet. */
function portOf({ place }: Reach<Place>): number | undefined {
  return place.kind === "shown" ? place.port : undefined;
}

function keyOf({ old, now }: SshPort): string {
  return `${now} ${old}`;
}
