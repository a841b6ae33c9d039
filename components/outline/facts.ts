import { groupBy } from "../policy/groupBy";

/** One line of the text of an outline: `services.ssh.access` is `window`. */
export interface Fact {
  readonly path: string;
  readonly value: string;
}

/** One fact a line, sorted, each once. */
export function printFacts(facts: readonly Fact[]): string {
  const lines = new Set(facts.map(({ path, value }) => `${path} = ${value}\n`));
  return [...lines].toSorted().join("");
}

/** What `printFacts` printed, path → values. Lines of another form are none. */
export function readFacts(text: string): ReadonlyMap<string, readonly string[]> {
  const facts = text.split("\n").flatMap((line): readonly Fact[] => {
    const [, path, value] = /^(\S+) = (.+)$/.exec(line) ?? [];
    return path === undefined || value === undefined ? [] : [{ path, value }];
  });
  const grouped = groupBy(facts, ({ path }) => path);
  return new Map([...grouped].map(([path, group]) => [path, group.map(({ value }) => value)]));
}
