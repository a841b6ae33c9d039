import { describe, expect, it } from "vitest";
import {
  argumentPath,
  parseResourceName,
  printSequenceId,
  resourceName,
  type SequenceId,
} from "../../components/policy/sequenceId";

const ssh = { kind: "service", name: "ssh" } as const;
const alice = { kind: "knocker", name: "alice" } as const;

const IDS: readonly (readonly [name: string, SequenceId, words: string, path: string])[] = [
  ["ssh", { kind: "admit", opener: ssh }, "ssh", "services.ssh.sequence"],
  ["ssh.close", { kind: "close", opener: ssh }, "ssh close", "services.ssh.closeSequence"],
  ["knockers.alice.admit", { kind: "admit", opener: alice }, "alice", "knockers.alice.sequence"],
  ["knockers.alice.close", { kind: "close", opener: alice }, "alice close", "knockers.alice.closeSequence"],
  ["baseline.unban", { kind: "unban" }, "unban", "baseline.unbanSequence"],
  [
    "knockers",
    { kind: "admit", opener: { kind: "service", name: "knockers" } },
    "knockers",
    "services.knockers.sequence",
  ],
];

describe("the sequence whose resource is called", () => {
  it.each(IDS)("%s has that name alone, words and a path", (name, id, words, path) => {
    expect(parseResourceName(name)).toEqual(id);
    expect([resourceName(id), printSequenceId(id), argumentPath(id)]).toEqual([name, words, path]);
  });
});

const NAMES = ["ssh", "knockers", "close", "admit", "baseline", "unban"];
const MANY: readonly SequenceId[] = [
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
    expect(new Set(MANY.map(resourceName)).size).toBe(MANY.length);
  });
});
