import type { Fact } from "../policy/describeFacts";
import { groupBy } from "../policy/groupBy";

/** Facts by their path. */
export interface FactIndex {
  readonly paths: readonly string[];
  /** Every value that stands at a path; none where the path is not there. */
  all(path: string): readonly string[];
  /** The one value at a path, or nothing. */
  one(path: string): string | undefined;
  /** The names of the services. */
  readonly services: readonly string[];
}

export function indexFacts(facts: readonly Fact[]): FactIndex {
  const grouped = groupBy(facts, ({ path }) => path);
  const values = new Map([...grouped].map(([path, group]) => [path, group.map(({ value }) => value)]));
  const paths = [...values.keys()].toSorted();
  const services = paths.flatMap((path) => /^services\.([^.]+)\.ports$/.exec(path)?.[1] ?? []);
  return {
    paths,
    all: (path) => values.get(path) ?? [],
    one: (path) => values.get(path)?.[0],
    services,
  };
}
