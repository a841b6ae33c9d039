import { describe, expect, it } from "vitest";
import { parsePolicy, partProblems } from "../../components/policy/written/parsePolicy";
import { problemsOf } from "../support/problemsOf";

const SSH = { ports: ["22"], sequence: "7000,8000,9000" };
const ALICE = { services: ["ssh"], sequence: "7300,8400,9500" };
const policy = (knockers: object, services: object = { ssh: SSH }) => ({ services, knockers });

describe("a knocker", () => {
  it("has services in order, each once, and the defaults of a sequence", () => {
    const services = { web: { ports: ["443"] }, ssh: { ports: ["22"] } };
    const alice = { ...ALICE, services: ["web", "ssh", "web"] };
    expect(parsePolicy(policy({ alice }, services)).knockers).toMatchObject([
      {
        name: "alice",
        services: ["ssh", "web"],
        opening: { kind: "own", knockTimeoutSeconds: 5, closeSequence: [], unbans: false },
        until: 0,
      },
    ]);
  });

  it.each<readonly [string, object, readonly string[]]>([
    [
      "with the name of a service",
      policy({ ssh: ALICE, alice: { ...ALICE, sequence: "4001,5701,6100" } }),
      ["knockers.ssh: has the name of a service; give the knocker another name"],
    ],
    [
      "who opens a service that is not there, beside one that is",
      policy({ alice: { ...ALICE, services: ["ssh", "sshd"] } }),
      ["knockers.alice.services: names a service that is not there; known are ssh"],
    ],
    [
      "who opens nothing",
      policy({ alice: { ...ALICE, services: [] } }),
      ["knockers.alice.services: names no service; name at least one, or take the knocker out"],
    ],
    [
      "who opens a service that is refused, for that alone",
      policy({ alice: { ...ALICE, services: ["web"] } }, { ssh: SSH, web: 5 }),
      ["services.web: is missing or of another type; give an object"],
    ],
  ])("is refused %s", (_, input, problems) => {
    expect(problemsOf(input)).toEqual(problems);
  });
});

describe("a service without a sequence", () => {
  const noSequence = {
    path: "services.ssh.sequence",
    problem: "is missing or of another type",
    remedy: "give a string",
  };

  it("is a problem where no knocker may open it", () => {
    const services = { ssh: SSH, web: { ports: ["443"] } };
    expect(problemsOf(policy({ alice: ALICE }, services))).toEqual([
      "services.web.sequence: is missing or of another type; give a string",
    ]);
  });

  it.each(["knockers", "knockers.alice", "knockers.alice.services", "knockers.alice.services[0]"])(
    "is no problem yet while %s is not known",
    (missing) => {
      expect(partProblems(policy({}, { ssh: { ports: ["22"] } }), [], [missing])).toEqual([]);
    },
  );

  it.each(["allow", "services.web"])("is one while %s alone is not known", (missing) => {
    expect(partProblems(policy({}, { ssh: { ports: ["22"] } }), [], [missing])).toEqual([noSequence]);
  });
});
