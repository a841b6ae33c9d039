import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type NamedSequence, namedSequences } from "../../components/policy/namedSequences";
import { knockKey, printSequence } from "../../components/policy/sequence";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { buildStages, type Move, type Stage } from "../../components/ruleset/stages";
import { POLICIES } from "../support/policies";

describe("the stages of any policy", () => {
  it("lead from the root along every sequence to the move that completes it", () => {
    everyPolicy((sequences, stages) => {
      for (const sequence of sequences) {
        let stage = stages[0];
        const moves = sequence.knocks.map((knock): Move | undefined => {
          const move = stage?.moves.find((each) => knockKey(each.knock) === knockKey(knock));
          stage = move?.kind === "advance" ? move.to : undefined;
          return move;
        });
        const kinds = moves.map((move) => (move?.kind === "complete" ? move.sequence : move?.kind));
        expect(kinds).toEqual([...sequence.knocks.slice(1).map(() => "advance"), sequence]);
      }
    });
  });

  it("complete nothing but the policy's sequences, each by one path", () => {
    everyPolicy((sequences, stages) => {
      const completed = stages.flatMap(({ path, moves }) =>
        moves.flatMap((move) =>
          move.kind === "complete" ? [`${move.sequence.path} ${printSequence([...path, move.knock])}`] : [],
        ),
      );
      const written = sequences.map(({ path, knocks }) => `${path} ${printSequence(knocks)}`);
      expect(completed.toSorted()).toEqual(written.toSorted());
    });
  });

  it("are numbered in their order, the root 0, and each has a path of its own", () => {
    everyPolicy((_, stages) => {
      expect(stages.map(({ number }) => number)).toEqual(stages.map((_stage, index) => index));
      expect(stages[0]?.path).toEqual([]);
      const paths = stages.map(({ path }) => printSequence(path));
      expect(paths).toEqual([...new Set(paths)]);
    });
  });

  it("are each reached by one move, made with the last knock of its path", () => {
    everyPolicy((_, stages) => {
      const reached = stages.flatMap((from) =>
        from.moves.flatMap((move) =>
          move.kind === "advance"
            ? [[printSequence([...from.path, move.knock]), move.to.number] as const]
            : [],
        ),
      );
      expect(new Map(reached)).toEqual(
        new Map(stages.slice(1).map(({ path, number }) => [printSequence(path), number])),
      );
    });
  });

  it("wait as long as the most patient sequence that passes", () => {
    everyPolicy((sequences, stages) => {
      for (const { path, timeoutSeconds } of stages) {
        const patience = sequences
          .filter((sequence) => passes(sequence, path))
          .map(({ knockTimeoutSeconds }) => knockTimeoutSeconds);
        expect(timeoutSeconds).toBe(Math.max(...patience));
      }
    });
  });
});

describe("the stages of one service", () => {
  it("are one less than its knocks besides the root", () => {
    const [sequence] = namedSequences(
      parsePolicy({ services: { ssh: { ports: ["22"], sequence: "7000,8000/udp,9000" } } }),
    );
    const [first, second, third] = sequence?.knocks ?? [];
    const last = {
      sequences: [sequence],
      number: 2,
      path: [first, second],
      timeoutSeconds: 5,
      moves: [{ kind: "complete", knock: third, sequence }],
    };
    const middle = {
      sequences: [sequence],
      number: 1,
      path: [first],
      timeoutSeconds: 5,
      moves: [{ kind: "advance", knock: second, to: last }],
    };
    const root = {
      sequences: [sequence],
      number: 0,
      path: [],
      timeoutSeconds: 5,
      moves: [{ kind: "advance", knock: first, to: middle }],
    };
    expect(buildStages(sequence ? [sequence] : [])).toEqual([root, middle, last]);
  });

  it("rejects a sequence that begins another one as a bug, without a port", () => {
    const [ssh] = namedSequences(
      parsePolicy({ services: { ssh: { ports: ["22"], sequence: "7000,8000" } } }),
    );
    const [web] = namedSequences(
      parsePolicy({ services: { web: { ports: ["443"], sequence: "7000,8000,9000" } } }),
    );
    expect(() => buildStages(ssh && web ? [web, ssh] : [])).toThrow(
      new Error("bug: services.ssh.sequence begins another sequence"),
    );
  });
});

function everyPolicy(claim: (sequences: readonly NamedSequence[], stages: readonly Stage[]) => void): void {
  fc.assert(
    fc.property(POLICIES, (input) => {
      const sequences = namedSequences(parsePolicy(input));
      claim(sequences, buildStages(sequences));
    }),
  );
}

function passes({ knocks }: NamedSequence, path: Stage["path"]): boolean {
  return path.every((knock, index) => {
    const own = knocks[index];
    return own !== undefined && knockKey(own) === knockKey(knock);
  });
}
