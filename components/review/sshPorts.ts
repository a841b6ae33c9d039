import type { Sides } from "./change";
import type { FactIndex } from "./factIndex";

/** The port through which Pulumi reaches a host, before and after: `22/tcp`. */
export interface SshPort {
  readonly old: string;
  readonly now: string;
}

/** The ports of all hosts, each once; SSH's own for a host of which the policy does not say. */
export function sshPorts({ before, after }: Sides): readonly SshPort[] {
  const hosts = after.paths.filter((path) => path.startsWith("hosts."));
  const pairs = hosts.flatMap((path): readonly SshPort[] => {
    const now = portAt(after, path);
    const old = before.one(path) === undefined ? now : portAt(before, path);
    return old !== undefined && now !== undefined
      ? [{ old, now }]
      : // Whether it moved is not known: the port of either side stands, and so may SSH's own.
        [SSH, ...[old, now].flatMap((port) => port ?? [])].map(standing);
  });
  const unique = new Map((pairs.length === 0 ? [standing(SSH)] : pairs).map((pair) => [keyOf(pair), pair]));
  return [...unique.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const SSH = "22/tcp";

function standing(port: string): SshPort {
  return { old: port, now: port };
}

/** Nothing for a place that is secret, or not known yet. */
function portAt(facts: FactIndex, path: string): string | undefined {
  const port = /^[^ ]*:(\d+)( via |$)/.exec(facts.one(path) ?? "")?.[1];
  return port === undefined ? undefined : `${port}/tcp`;
}

function keyOf({ old, now }: SshPort): string {
  return `${now} ${old}`;
}
