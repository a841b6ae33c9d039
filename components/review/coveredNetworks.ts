import { isInside, parseNetwork } from "../policy/network";
import type { Network } from "../policy/policy";
import type { FactChange } from "./change";

/** The change without networks that a wider one had, or has now: they are as they were. */
export function withoutCovered(
  change: FactChange,
  before: readonly string[],
  after: readonly string[],
): FactChange {
  return {
    ...change,
    removed: change.removed.filter((network) => !isCovered(network, after)),
    added: change.added.filter((network) => !isCovered(network, before)),
  };
}

function isCovered(text: string, others: readonly string[]): boolean {
  const [network] = parse([text]);
  return network !== undefined && parse(others).some((other) => isInside(network, other));
}

function parse(texts: readonly string[]): readonly Network[] {
  return texts.flatMap((text) => {
    const parsed = parseNetwork(text);
    return parsed.kind === "value" ? [parsed.value] : [];
  });
}
