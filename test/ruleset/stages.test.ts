import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/parsePolicy";
import type { Policy, Service } from "../../components/policy/policy";
import { knockKey, parseSequence, printSequence } from "../../components/policy/sequence";
import { buildStages, type Move, type Stage } from "../../components/ruleset/stages";
import { POLICIES } from "../support/policies";

describe("the stages of any policy", () => {
  it("lead from the root along every sequence to the move that admits to its service", () => {
    everyPolicy(({ services }, stages) => {
      for (const service of services) {
        let stage = stages[0];
        const moves = service.sequence.map((knock): Move | undefined => {
          const move = stage?.moves.find((each) => knockKey(each.knock) === knockKey(knock));
          stage = move?.kind === "advance" ? move.to : undefined;
          return move;
        });
        const kinds = moves.map((move) => (move?.kind === "admit" ? move.service.name : move?.kind));
        expect(kinds).toEqual([...service.sequence.slice(1).map(() => "advance"), service.name]);
      }
    });
  });

  it("admit to nothing but what the policy guards, each service by one path", () => {
    everyPolicy(({ services }, stages) => {
      const admitted = stages.flatMap(({ path, moves }) =>
        moves.flatMap((move) =>
          move.kind === "admit" ? [`${move.service.name} ${printSequence([...path, move.knock])}`] : [],
        ),
      );
      const guarded = services.map(({ name, sequence }) => `${name} ${printSequence(sequence)}`);
      expect(admitted.toSorted()).toEqual(guarded.toSorted());
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

  it("wait as long as the most patient service whose sequence passes", () => {
    everyPolicy(({ services }, stages) => {
      for (const { path, timeoutSeconds } of stages) {
        const patience = services
          .filter((service) => passes(service, path))
          .map(({ knockTimeoutSeconds }) => knockTimeoutSeconds);
        expect(timeoutSeconds).toBe(Math.max(...patience));
      }
    });
  });
});

describe("the stages of one service", () => {
  it("are one less than its knocks besides the root", () => {
    const service = {
      name: "ssh",
      ports: [{ protocol: "tcp", from: 22, to: 22 }],
      sequence: parseSequence("7000,8000/udp,9000"),
      knockTimeoutSeconds: 5,
      accessWindowSeconds: 10,
    } as const;
    const [first, second, third] = service.sequence;
    const last = {
      number: 2,
      path: [first, second],
      timeoutSeconds: 5,
      moves: [{ kind: "admit", knock: third, service }],
    };
    const middle = {
      number: 1,
      path: [first],
      timeoutSeconds: 5,
      moves: [{ kind: "advance", knock: second, to: last }],
    };
    const root = {
      number: 0,
      path: [],
      timeoutSeconds: 5,
      moves: [{ kind: "advance", knock: first, to: middle }],
    };
    expect(buildStages([service])).toEqual([root, middle, last]);
  });

  it("rejects a sequence that begins another one as a bug, without a port", () => {
    const service = { ports: [], knockTimeoutSeconds: 5, accessWindowSeconds: 10 };
    const services = [
      { ...service, name: "web", sequence: parseSequence("7000,8000,9000") },
      { ...service, name: "ssh", sequence: parseSequence("7000,8000") },
    ];
    expect(() => buildStages(services)).toThrow(new Error("bug: the sequence of ssh begins another one"));
  });
});

function everyPolicy(claim: (policy: Policy, stages: readonly Stage[]) => void): void {
  fc.assert(
    fc.property(POLICIES, (input) => {
      const policy = parsePolicy(input);
      claim(policy, buildStages(policy.services));
    }),
  );
}

function passes({ sequence }: Service, path: Stage["path"]): boolean {
  return path.every((knock, index) => {
    const own = sequence[index];
    return own !== undefined && knockKey(own) === knockKey(knock);
  });
}
