/** One thing that is true of a policy: `services.ssh.access` is `window`. */
export interface Fact {
  readonly path: string;
  readonly value: string;
}

/** One fact a line, sorted, each once. */
export function printFacts(facts: readonly Fact[]): string {
  const lines = new Set(facts.map(({ path, value }) => `${path} = ${value}\n`));
  return [...lines].toSorted().join("");
}

/** What `printFacts` printed. Lines of another form are none. */
export function parseFacts(text: string): readonly Fact[] {
  return text.split("\n").flatMap((line): readonly Fact[] => {
    const [, path, value] = /^(\S+) = (.+)$/.exec(line) ?? [];
    return path === undefined || value === undefined ? [] : [{ path, value }];
  });
}
