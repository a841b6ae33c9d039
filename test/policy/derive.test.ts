import { describe, expect, it } from "vitest";
import { COMMON_PORTS } from "../../components/policy/commonPorts";
import { drawKnocks } from "../../components/policy/drawKnocks";
import { derivedPaths, hostPolicies } from "../../components/policy/hostPolicy";
import { namedSequences } from "../../components/policy/namedSequences";
import { printSequence } from "../../components/policy/sequence";
import { parseFleetPolicy, tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf } from "../support/problemsOf";

const DERIVE = "5eed".repeat(16);
const ssh = { ports: ["22"], sequence: "derived" };
const alice = { services: ["ssh"], sequence: "derived" };

function sequencesOf(input: object, host: string): Readonly<Record<string, string>> {
  const { policy } = hostPolicies(parseFleetPolicy({ derive: DERIVE, ...input }))(host);
  return Object.fromEntries(namedSequences(policy).map(({ path, knocks }) => [path, printSequence(knocks)]));
}

const warningsOf = (input: object): readonly string[] => {
  const result = tryParsePolicy(input);
  return result.kind === "value"
    ? result.warnings.map(({ path, problem }) => `${path}: ${problem}`)
    : ["refused"];
};

describe("a derived sequence", () => {
  const input = {
    services: { ssh, web: { ports: ["443"], sequence: "7000,9000,8000" } },
    knockers: { alice },
  };

  it("is another one on each host, for each service and knocker, and the same each time", () => {
    const drawn = ["web-1", "web-2"].map((host) => sequencesOf(input, host));
    expect(drawn).toEqual(["web-1", "web-2"].map((host) => sequencesOf(input, host)));
    const derived = drawn.flatMap((each) => [each["services.ssh.sequence"], each["knockers.alice.sequence"]]);
    expect(new Set(derived).size).toBe(4);
    for (const each of drawn) {
      expect(each["services.web.sequence"]).toBe("7000/tcp,9000/tcp,8000/tcp");
    }
  });

  it("may stand wherever a sequence does", () => {
    const closing = { ...ssh, closeSequence: "derived" };
    const fleet = parseFleetPolicy({
      derive: DERIVE,
      services: { ssh: closing },
      knockers: { alice: { ...alice, closeSequence: "derived" } },
      baseline: { unbanSequence: "derived" },
    });
    const paths = [
      "baseline.unbanSequence",
      "knockers.alice.closeSequence",
      "knockers.alice.sequence",
      "services.ssh.closeSequence",
      "services.ssh.sequence",
    ];
    expect(derivedPaths(fleet)).toEqual(paths);
    const { policy, attempts } = hostPolicies(fleet)("web-1");
    expect(namedSequences(policy).map(({ path, knocks }) => `${path} ${knocks.length}`)).toEqual(
      expect.arrayContaining(paths.map((path) => `${path} 4`)),
    );
    expect([...attempts.keys()]).toEqual(paths);
  });

  it("stays where other hosts, services and knockers come and go", () => {
    const before = sequencesOf(input, "web-1");
    const bob = { services: ["ssh", "db"], sequence: "derived" };
    const after = sequencesOf(
      {
        services: { ...input.services, db: { ports: ["5432"], sequence: "derived" } },
        knockers: { alice, bob },
      },
      "web-1",
    );
    expect(after).toMatchObject(before);
  });

  it("is drawn again where a port of it is taken, at that host alone", () => {
    const path = "services.ssh.sequence";
    const fleetOf = (openPorts: readonly string[]) =>
      hostPolicies(parseFleetPolicy({ derive: DERIVE, services: { ssh }, openPorts }));
    const free = fleetOf([]);
    const was = free("web-1").attempts.get(path) ?? 0;
    const [taken] = drawKnocks(DERIVE, "web-1", path, was);
    const open = fleetOf([`${taken?.port}`]);
    const is = open("web-1").attempts.get(path) ?? 0;
    expect(is).toBeGreaterThan(was);
    expect(open("web-1").policy.services[0]?.opening).toMatchObject({
      sequence: drawKnocks(DERIVE, "web-1", path, is),
    });
    expect(open("web-2").policy.services).toEqual(free("web-2").policy.services);
  });

  it("passes every rule of validation on a thousand hosts, and none warns of it", () => {
    const policyOf = hostPolicies(
      parseFleetPolicy({ derive: DERIVE, services: { ssh }, knockers: { alice }, openPorts: ["8000-20000"] }),
    );
    const refused = Array.from({ length: 1000 }, (_, index) => {
      const { policy } = policyOf(`web-${index}`);
      const [own, his] = namedSequences(policy).map(({ knocks }) => printSequence(knocks));
      return tryParsePolicy({
        services: { ssh: { ...ssh, sequence: own } },
        knockers: { alice: { ...alice, sequence: his } },
        openPorts: ["8000-20000"],
        baseline: {},
      });
    }).filter((result) => result.kind === "refused" || result.warnings.length > 0);
    expect(refused).toEqual([]);
    const ports = Array.from({ length: 1000 }, (_, index) =>
      namedSequences(policyOf(`web-${index}`).policy).flatMap(({ knocks }) => knocks.map(({ port }) => port)),
    ).flat();
    expect(ports.filter((port) => port < 1024 || port > 32_767 || COMMON_PORTS.has(port))).toEqual([]);
    expect(new Set(ports).size).toBeGreaterThan(5000);
  });

  it("gives way to a written one that is the same, or begins with it", () => {
    const path = "services.ssh.sequence";
    const own = sequencesOf({ services: { ssh } }, "web-1")[path] ?? "";
    for (const written of [own, `${own},61000/udp`]) {
      const drawn = sequencesOf(
        { services: { ssh }, knockers: { alice: { ...alice, sequence: written } } },
        "web-1",
      );
      expect(drawn["knockers.alice.sequence"]).toBe(written.replace(/61000\/udp$/, "61000/udp"));
      expect(drawn[path]).not.toBe(own);
    }
  });

  it("says what it would be, and was, where a port of it is taken", () => {
    const path = "services.ssh.sequence";
    const free = hostPolicies(parseFleetPolicy({ derive: DERIVE, services: { ssh } }))("web-1");
    expect([...free.unhindered]).toEqual([]);
    const [sequence] = namedSequences(free.policy);
    const taken = { derive: DERIVE, services: { ssh }, openPorts: [`${sequence?.knocks[2]?.port}`] };
    const hindered = hostPolicies(parseFleetPolicy(taken))("web-1");
    expect([...hindered.unhindered]).toEqual([[path, sequence?.knocks]]);
  });

  it("leaves hosts the same policy where nothing is derived", () => {
    const policyOf = hostPolicies(
      parseFleetPolicy({ services: { ssh: { ports: ["22"], sequence: "7000,9000,8000" } } }),
    );
    expect(policyOf("web-1")).toBe(policyOf("web-2"));
  });
});

describe("a derived token", () => {
  const ci = { services: ["ssh"], token: "derived" };

  it("is another secret for each knocker, the same on every host", () => {
    const { knockers } = parseFleetPolicy({
      derive: DERIVE,
      services: { ssh: { ports: ["22"] } },
      knockers: { alice: ci, ci },
    });
    const secrets = knockers.map(({ opening }) => (opening.kind === "token" ? opening.secret : ""));
    expect(new Set(secrets).size).toBe(2);
    expect(secrets.every((secret) => /^[0-9a-f]{64}$/.test(secret) && secret !== DERIVE)).toBe(true);
  });

  it("rejects a secret that is that of derive", () => {
    const policy = {
      derive: DERIVE,
      services: { ssh },
      knockers: { ci: { services: ["ssh"], token: DERIVE } },
    };
    expect(problemsOf(policy)).toEqual([
      'knockers.ci.token: is that of derive, from which all others are made; give another one, or write "derived"',
    ]);
  });
});

describe("what sequences are derived from", () => {
  const remedy = 'give 32 random bytes, as "openssl rand -base64 32" prints them';

  it.each([
    [{ services: { ssh } }, [`derive: is missing, and services.ssh.sequence is derived; ${remedy}`]],
    [
      { services: { ssh: { ports: ["22"] } }, knockers: { ci: { services: ["ssh"], token: "derived" } } },
      [`derive: is missing, and knockers.ci.token is derived; ${remedy}`],
    ],
    [{ derive: "c0ffee", services: { ssh } }, [`derive: has fewer than 32 bytes; ${remedy}`]],
    [
      { derive: "not base64!", services: { ssh } },
      [`derive: is neither base64 nor hexadecimal digits; ${remedy}`],
    ],
    [
      { derive: DERIVE, services: { ssh: { ...ssh, sequence: "derive" } } },
      [
        'services.ssh.sequence: knock 1 is not a port; write ports with commas between them, each with an optional protocol: "PORT,PORT/udp,PORT"',
      ],
    ],
    [
      { derive: DERIVE, services: { ssh }, openPorts: ["1024-26000"] },
      [
        "services.ssh.sequence: cannot be derived: of the ports from 1024 to 32767 a quarter must be neither guarded nor open; guard and open fewer ports, or write a sequence",
      ],
    ],
  ])("rejects %j", (policy, problems) => {
    expect(problemsOf(policy)).toEqual(problems);
  });

  it("is warned of where nothing is derived", () => {
    const policy = { derive: DERIVE, services: { ssh: { ports: ["22"], sequence: "7000,9000,8000" } } };
    expect(warningsOf(policy)).toEqual(["derive: is what nothing is derived from"]);
    expect(warningsOf({ derive: DERIVE, services: { ssh } })).toEqual([]);
  });
});
