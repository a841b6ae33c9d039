/** Where a value stands, as Pulumi writes it: `services.ssh.ports[0]`. */
export function pathOf(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
}

/** A path, and all in which it lies: `a.b[0]`, `a.b`, `a`. */
export function pathAndParents(path: string): readonly string[] {
  return [...path.matchAll(/\.|\[|$/g)].map(({ index }) => path.slice(0, index));
}

/** Where it is written how a host is reached. */
export function connectionPath(host: string): string {
  return `hosts.${host}.connection`;
}
