import { describe, expect, it } from "vitest";
import { parseResourceName, resourceName, type SequenceId } from "../../components/policy/sequenceId";

const NAMES = ["ssh", "knockers", "close", "admit", "baseline", "unban"];
const IDS: readonly SequenceId[] = [
  { kind: "unban" },
  ...NAMES.flatMap((name) =>
    (["service", "knocker"] as const).flatMap((kind) => [
      { kind: "admit", opener: { kind, name } } as const,
      { kind: "close", opener: { kind, name } } as const,
    ]),
  ),
];

describe("the name of a sequence's resource", () => {
  it("is another one for each sequence, whatever services and knockers are called", () => {
    // A service baseline has no sequence that unbans.
    expect(new Set(IDS.map(resourceName)).size).toBe(IDS.length);
  });

  it.each(IDS)("says whose sequence it is: %j", (id) => {
    expect(parseResourceName(resourceName(id))).toEqual(id);
  });
});
