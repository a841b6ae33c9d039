import { describe, expect, it } from "vitest";
import { printProblem } from "../../components/policy/policyError";
import { serviceId } from "../../components/policy/serviceId";
import { tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { guarding, problemsOf } from "../support/problemsOf";

const KNOCKS = "7000,8000,9000";
const OTHERS = "7100,8100,9100";

describe("a flow timeout", () => {
  const service = (fields: object) => ({
    services: { vpn: { ports: ["22", "51820/udp"], sequence: KNOCKS, flowTimeout: "1h", ...fields } },
  });

  it("rejects access once to UDP ports, and takes it to others", () => {
    expect(problemsOf(service({ access: "once" }))).toEqual([
      'services.vpn.flowTimeout: would let a second UDP flow in where access is "once": it looks like the first one going on; set access to "window", or leave flowTimeout out',
    ]);
    expect(problemsOf(service({ access: "once", ports: ["22"] }))).toEqual([]);
    expect(problemsOf(service({}))).toEqual([]);
  });

  it.each(["0s", "8d"])("rejects %s", (flowTimeout) => {
    expect(problemsOf(service({ flowTimeout }))).toEqual([
      "services.vpn.flowTimeout: is out of range; use 1s to 7d",
    ]);
  });
});

describe("the ports of a policy", () => {
  const twice = (first: string) => [
    `services.web.ports: has a port that ${first} guards too; give each port to one service`,
  ];

  it.each([
    ["22", "22"],
    ["22-30", "30-40"],
    ["1-65535/udp", "53/udp"],
    ["80 22", "22 443"],
  ])("rejects %s and %s guarded by two services", (first, second) => {
    expect(problemsOf(guarding({ ssh: [first, KNOCKS], web: [second, OTHERS] }))).toEqual(twice("ssh"));
  });

  it.each([
    ["22", "22/udp"],
    ["22-30", "31-40"],
  ])("may be %s and %s of two services", (first, second) => {
    expect(problemsOf(guarding({ ssh: [first, KNOCKS], web: [second, OTHERS] }))).toEqual([]);
  });

  it.each(["22", "20-22", "1-65535/tcp"])("rejects a guarded port in openPorts %s", (open) => {
    expect(problemsOf({ ...guarding({ web: ["22-30", KNOCKS] }), openPorts: ["1/udp", open] })).toEqual(
      [
        ...(open === "1-65535/tcp"
          ? [1, 2, 3].map(
              (knock) =>
                `services.web.sequence: knock ${knock} is a port that openPorts serves; choose another`,
            )
          : []),
        "services.web.ports: has a port that openPorts serves; a port is either guarded or open",
      ].toSorted(),
    );
  });

  it.each(["21", "31", "22-30/udp"])("may be guarded beside openPorts %s", (open) => {
    expect(problemsOf({ ...guarding({ web: ["22-30", KNOCKS] }), openPorts: [open] })).toEqual([]);
  });

  it.each(["8000", "7999-8001", "8000/tcp"])("rejects a knock on openPorts %s", (open) => {
    expect(problemsOf({ ...guarding({ ssh: ["22", KNOCKS] }), openPorts: [open] })).toEqual([
      "services.ssh.sequence: knock 2 is a port that openPorts serves; choose another",
    ]);
  });

  it.each(["7999", "8001", "8000/udp"])("may be served on openPorts %s beside a knock", (open) => {
    expect(problemsOf({ ...guarding({ ssh: ["22", KNOCKS] }), openPorts: [open] })).toEqual([]);
  });

  it.each(["9000", "8999-9001"])("rejects a knock on %s, guarded by its own or another service", (ports) => {
    const problem = "knock 3 is a port that a service guards; choose another";
    expect(problemsOf(guarding({ ssh: [ports, KNOCKS] }))).toEqual([`services.ssh.sequence: ${problem}`]);
    expect(problemsOf(guarding({ ssh: ["22", KNOCKS], web: [ports, OTHERS] }))).toEqual([
      `services.ssh.sequence: ${problem}`,
    ]);
  });

  it("rejects what several services guard, once for each but the first", () => {
    const three = guarding({ a: ["22-30", KNOCKS], b: ["25", OTHERS], c: ["30-40", "7200,8200"] });
    expect(problemsOf(three)).toEqual([
      "services.b.ports: has a port that a guards too; give each port to one service",
      "services.c.ports: has a port that a guards too; give each port to one service",
    ]);
  });

  it("may be guarded beside a knock of the other protocol", () => {
    expect(problemsOf(guarding({ ssh: ["22 9000/udp 8999", KNOCKS] }))).toEqual([]);
  });
});

describe("the sequences of a policy", () => {
  const two = (first: string, second: string) => guarding({ ssh: ["22", first], web: ["80", second] });

  it("rejects two that are equal, however they are written", () => {
    expect(problemsOf(two(KNOCKS, "7000/tcp 8000:tcp 09000"))).toEqual([
      'services.web.sequence: equals the sequence of ssh; choose another, or share it: sequenceOf: "ssh"',
    ]);
  });

  it("rejects one that begins another one, at the longer one", () => {
    expect(problemsOf(two(KNOCKS, `${KNOCKS},6000`))).toEqual([
      "services.web.sequence: begins with the sequence of ssh; choose another",
    ]);
    expect(problemsOf(two(KNOCKS, "7000,8000"))).toEqual([
      "services.ssh.sequence: begins with the sequence of web; choose another",
    ]);
  });

  it("rejects each one that equals another, once", () => {
    const three = guarding({ a: ["22", KNOCKS], b: ["80", KNOCKS], c: ["443", KNOCKS] });
    expect(problemsOf(three)).toEqual(
      ["b", "c"].map(
        (name) =>
          `services.${name}.sequence: equals the sequence of a; choose another, or share it: sequenceOf: "a"`,
      ),
    );
  });

  it("rejects one that begins with several others, once for each of them", () => {
    const three = guarding({
      a: ["22", "7000,8000"],
      b: ["80", "7000,8000,9000"],
      c: ["443", "7000,8000,9000,6000"],
    });
    expect(problemsOf(three)).toEqual([
      "services.b.sequence: begins with the sequence of a; choose another",
      "services.c.sequence: begins with the sequence of a; choose another",
      "services.c.sequence: begins with the sequence of b; choose another",
    ]);
  });

  it.each(["7000,8000,9000/udp", "7000,8000,9001", "7000,9000,8000", "8000,9000", "7000,8000,6000,9000"])(
    "may be 7000,8000,9000 and %s",
    (other) => {
      expect(problemsOf(two(KNOCKS, other))).toEqual([]);
    },
  );
});

describe("the names of a policy", () => {
  it("rejects two services that the kernel could not tell apart", () => {
    expect(serviceId("s6rnw")).toBe(serviceId("snpba"));
    expect(problemsOf(guarding({ snpba: ["22", KNOCKS], s6rnw: ["80", OTHERS] }))).toEqual([
      "services.snpba: has a name that the kernel could not tell from s6rnw; rename it",
    ]);
  });

  it("gives a service an id that stays: nobody's open window becomes another service's", () => {
    expect(["ssh", "web", "mosh"].map(serviceId)).toEqual(["be3f:ff52", "fda:bc92", "f54:40af"]);
  });
});

describe("all problems of a policy", () => {
  const input = {
    services: {
      web: { ports: ["80", "0"], sequence: "1000", knockTimeout: "5" },
      ssh: { ports: ["22"], sequence: KNOCKS },
      mail: { ports: ["22"], sequence: KNOCKS, colour: "red" },
      mosh: { ports: ["22"], sequence: KNOCKS },
    },
    allow: ["10.0.0.1/8"],
    openPorts: ["7000"],
    rollbackTimeout: "1h",
    colour: "red",
  };
  const lines = [
    'allow[0]: has bits set behind its prefix; write "10.0.0.0/8" if that is meant',
    "policy: has an unknown field, colour; known are services, knockers, derive, deployer, allow, openPorts, guardedAnswer, identity, log, rollbackTimeout, baseline, hosts, groups, rollout",
    "rollbackTimeout: is out of range; use 5s to 10m",
    "services.mail: has an unknown field, colour; known are ports, sequence, sequenceOf, knockTimeout, closeSequence, unban, accessWindow, access, flowTimeout",
    "services.mail.sequence: knock 1 is a port that openPorts serves; choose another",
    "services.mosh.ports: has a port that mail guards too; give each port to one service",
    'services.mosh.sequence: equals the sequence of mail; choose another, or share it: sequenceOf: "mail"',
    "services.mosh.sequence: knock 1 is a port that openPorts serves; choose another",
    "services.ssh.ports: has a port that mail guards too; give each port to one service",
    "services.ssh.ports: has a port that mosh guards too; give each port to one service",
    'services.ssh.sequence: equals the sequence of mail; choose another, or share it: sequenceOf: "mail"',
    "services.ssh.sequence: knock 1 is a port that openPorts serves; choose another",
    'services.web.knockTimeout: is not a duration; write a whole number and a unit, like "10s", "5m", "1h" or "2d"',
    'services.web.ports[1]: names a port that does not exist; write "22", "22/tcp" or "500-600/udp", with ports from 1 to 65,535',
    "services.web.sequence: has 1 knock; give 2 to 16, or leave the service unguarded",
    'services.web.sequence: knock 1 is a port of a well-known service, which every scan tries; choose a port from 1,024 on that is not listed in docs/operations.md under "Choosing a sequence"',
  ];

  it("come at once, sorted by path", () => {
    expect(problemsOf(input)).toEqual(lines);
  });

  it("include those that the caller found", () => {
    const found = [{ path: "hosts.b.connection", problem: "is bad", remedy: "mend it" }];
    const problemsWith = (written: unknown) => {
      const result = tryParsePolicy(written, { found });
      return result.kind === "refused" ? result.problems.map(printProblem) : [];
    };
    const also = "hosts.b.connection: is bad; mend it";
    expect(problemsWith(input)).toEqual(lines.toSpliced(1, 0, also));
    expect(problemsWith(guarding({ ssh: ["22", KNOCKS] }))).toEqual([also]);
    expect(problemsWith(undefined)).toEqual([also, "policy: is not an object; give { services: … }"]);
  });
});
