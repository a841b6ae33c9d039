import { describe, expect, it } from "vitest";
import { baselineSchema } from "../../components/policy/written/baselineSchema";
import { parsePolicy, tryParsePolicy } from "../../components/policy/written/parsePolicy";
import { policySchema } from "../../components/policy/written/policySchema";
import { ownFields, sharedFields } from "../../components/policy/written/serviceSchema";
import { problemsOf, ssh } from "../support/problemsOf";

const SEQUENCE = "7000,8000/udp,9000";
const tcp = (from: number, to = from) => ({ protocol: "tcp", from, to });
const udp = (from: number, to = from) => ({ protocol: "udp", from, to });

describe("a policy", () => {
  it("gets every default", () => {
    expect(parsePolicy({ services: { ssh: { ports: ["22"], sequence: SEQUENCE } } })).toEqual({
      knockers: [],
      deployer: "",
      derive: "",
      tokenNetworks: [],
      services: [
        {
          name: "ssh",
          ports: [tcp(22)],
          opening: {
            kind: "own",
            sequence: [
              { protocol: "tcp", port: 7000 },
              { protocol: "udp", port: 8000 },
              { protocol: "tcp", port: 9000 },
            ],
            knockTimeoutSeconds: 5,
            closeSequence: [],
            unbans: false,
          },
          accessWindowSeconds: 10,
          access: "window",
          flowTimeoutSeconds: 0,
        },
      ],
      allow: [],
      openPorts: [],
      guardedAnswer: "reject",
      identity: { ipv4Prefix: 32, ipv6Prefix: 128 },
      profile: { kind: "guard" },
      log: { admissions: false, stages: false, refusals: false, linesPerMinute: 60 },
      rollbackSeconds: 60,
      rollout: { canaries: [], batch: 0 },
    });
  });

  it("keeps what is written, sorted and merged", () => {
    const policy = parsePolicy({
      openPorts: ["443", "80", "440-442"],
      allow: ["fd00::/8", "192.168.1.0/24", "192.168.0.0/16"],
      rollbackTimeout: "10m",
      services: {
        web: { ports: ["8443"], sequence: "2000,3000" },
        mosh: {
          ports: ["60500-62000/udp", "2222", "60000-61000/udp"],
          sequence: "3000,4000",
          knockTimeout: "5m",
          accessWindow: "7d",
        },
      },
    });
    expect(policy.services.map(({ name, ports }) => [name, ports])).toEqual([
      ["mosh", [tcp(2222), udp(60000, 62000)]],
      ["web", [tcp(8443)]],
    ]);
    expect(policy.services[0]).toMatchObject({
      opening: { knockTimeoutSeconds: 300 },
      accessWindowSeconds: 604_800,
    });
    expect(policy.allow).toEqual([
      { family: 4, cidr: "192.168.0.0/16" },
      { family: 6, cidr: "fd00::/8" },
    ]);
    expect(policy.openPorts).toEqual([tcp(80), tcp(440, 443)]);
    expect(policy.rollbackSeconds).toBe(600);
  });

  it("takes undefined for what may be left out", () => {
    const absent = (fields: object) =>
      Object.fromEntries(Object.keys(fields).map((field) => [field, undefined]));
    const service = { ...absent({ ...ownFields, ...sharedFields }), ...ssh().services.ssh };
    const rules = { ...absent(policySchema.shape), services: { ssh: service } };
    expect(parsePolicy(rules)).toEqual(parsePolicy(ssh()));
    expect(parsePolicy({ ...rules, baseline: absent(baselineSchema.in.shape) })).toEqual(
      parsePolicy({ ...ssh(), baseline: {} }),
    );
  });

  it("takes names that objects inherit", () => {
    const { ssh: service } = ssh().services;
    const { services } = parsePolicy({ services: { toString: { ...service } } });
    expect(services.map(({ name }) => name)).toEqual(["toString"]);
  });

  it("takes the longest name, and the longest and shortest times", () => {
    const name = `a${"-".repeat(31)}`;
    for (const [knockTimeout, accessWindow, rollbackTimeout] of [
      ["1s", "1s", "5s"],
      ["300s", "168h", "600s"],
    ]) {
      const service = { ports: ["22"], sequence: SEQUENCE, knockTimeout, accessWindow };
      expect(problemsOf({ services: { [name]: service }, rollbackTimeout })).toEqual([]);
    }
  });
});

describe("a policy's times", () => {
  it.each([
    [ssh({ knockTimeout: "0s" }), "services.ssh.knockTimeout: is out of range; use 1s to 5m"],
    [ssh({ knockTimeout: "301s" }), "services.ssh.knockTimeout: is out of range; use 1s to 5m"],
    [ssh({ accessWindow: "0m" }), "services.ssh.accessWindow: is out of range; use 1s to 7d"],
    [ssh({ accessWindow: "169h" }), "services.ssh.accessWindow: is out of range; use 1s to 7d"],
    [{ ...ssh(), rollbackTimeout: "4s" }, "rollbackTimeout: is out of range; use 5s to 10m"],
    [{ ...ssh(), rollbackTimeout: "601s" }, "rollbackTimeout: is out of range; use 5s to 10m"],
    [
      ssh({ knockTimeout: "5" }),
      'services.ssh.knockTimeout: is not a duration; write a whole number and a unit, like "10s", "5m", "1h" or "2d"',
    ],
  ])("rejects %j", (input, problem) => {
    expect(problemsOf(input)).toEqual([problem]);
  });
});

describe("a policy's names", () => {
  const rejected = "is not a name; begin with a letter, then letters, digits and dashes, 32 at most";
  const names = ["", "1st", "-a", "a_b", "a b", "a.b", 'a"', "a\n", "ä", "7000,8000", "a".repeat(33)];

  it.each([...names, "__proto__"])("rejects the service name %j without repeating it", (name) => {
    const services = Object.fromEntries([
      ["web", { ports: ["80"], sequence: "2000,3000" }],
      [name, { ports: ["22"], sequence: SEQUENCE }],
    ]);
    expect(problemsOf({ services })).toEqual([`services: name 2 ${rejected}`]);
  });

  it("rejects such a host name", () => {
    const hosts = { web_1: { connection: { host: "192.0.2.1", port: 2222 } } };
    expect(problemsOf({ ...ssh(), hosts })).toEqual([`hosts: name 1 ${rejected}`]);
  });
});

describe("a policy of another shape", () => {
  const noPolicy = ["policy: is not an object; give { services: … }"];
  it.each([[null], [undefined], [1], ["ssh"], [[]], [() => ({})]])("rejects %j", (input) => {
    expect(problemsOf(input)).toEqual(noPolicy);
  });

  const noServices = ["services: is not an object; give one entry a name"];
  it.each([[undefined], [null], [1], ["ssh"], [[]]])("rejects %j as services", (services) => {
    expect(problemsOf({ services })).toEqual(noServices);
  });

  it.each([[{}], [new Map([["ssh", {}]])]])("rejects services that are none: %o", (services) => {
    expect(problemsOf({ services })).toEqual(["services: guards nothing; name at least one service"]);
  });

  const noService = ["services.ssh: is missing or of another type; give an object"];
  it.each([[undefined], [null], [22], ["22"], [[]]])("rejects %j as a service", (service) => {
    expect(problemsOf({ services: { ssh: service } })).toEqual(noService);
  });

  it("rejects fields of another type, each by its path", () => {
    const ports = ["22", 22, null];
    const service = { ports, sequence: ["7000"], knockTimeout: 5, accessWindow: null };
    expect(
      problemsOf({ services: { ssh: service }, allow: null, openPorts: "80", rollbackTimeout: 60 }),
    ).toEqual([
      "allow: is missing or of another type; give an array",
      "openPorts: is missing or of another type; give an array",
      "rollbackTimeout: is missing or of another type; give a string",
      "services.ssh.accessWindow: is missing or of another type; give a string",
      "services.ssh.knockTimeout: is missing or of another type; give a string",
      "services.ssh.ports[1]: is missing or of another type; give a string",
      "services.ssh.ports[2]: is missing or of another type; give a string",
      "services.ssh.sequence: is missing or of another type; give a string",
    ]);
  });

  it("rejects a service without ports, and without a sequence", () => {
    expect(problemsOf({ services: { ssh: { ports: [] } } })).toEqual([
      "services.ssh.ports: names no port; list at least one",
      "services.ssh.sequence: is missing or of another type; give a string",
    ]);
  });

  it("looks at the items of a list that are fine when others are not", () => {
    const services = { ssh: { ports: ["22", "http"], sequence: SEQUENCE } };
    expect(problemsOf({ services, openPorts: ["22", 5, "7000"], allow: ["10.0.0.0/8", "x"] })).toEqual([
      'allow[1]: is not an address or a network; write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
      "openPorts[1]: is missing or of another type; give a string",
      "services.ssh.ports: has a port that openPorts serves; a port is either guarded or open",
      'services.ssh.ports[1]: is not a port or a range of ports; write "22", "22/tcp" or "500-600/udp", with ports from 1 to 65,535',
      "services.ssh.sequence: knock 1 is a port that openPorts serves; choose another",
    ]);
  });

  it("rejects hosts of another shape", () => {
    expect(problemsOf({ ...ssh(), hosts: [] })).toEqual(["hosts: is not an object; give one entry a name"]);
    expect(
      problemsOf({
        ...ssh(),
        hosts: {
          a: {},
          b: { connection: { host: "", port: 0, user: "a b", proxy: { host: 1 } }, adopt: "me" },
        },
      }),
    ).toEqual([
      'hosts.b.adopt: is not an owner; copy it from the refusal, like "project/stack/component/host"',
      "hosts.b.connection.host: is no address; give an address or a host name",
      "hosts.b.connection.port: is not a port; use 1 to 65,535",
      "hosts.b.connection.proxy.host: is missing or of another type; give a string",
      "hosts.b.connection.user: is no name of a user; give it in one word",
    ]);
    const between = { host: "192.0.2.1", port: 22.5, privatekey: "KEY" };
    expect(problemsOf({ ...ssh(), hosts: { c: { connection: between } } })).toEqual([
      "hosts.c.connection: has an unknown field, privatekey; write privateKey if that is meant; known are host, port, user, password, privateKey, privateKeyPassword, agentSocketPath, hostKey, dialErrorLimit, perDialTimeout, proxy",
      "hosts.c.connection.port: is not a port; use 1 to 65,535",
    ]);
  });

  const knownFields =
    "known are services, knockers, derive, deployer, allow, openPorts, guardedAnswer, identity, log, rollbackTimeout, baseline, hosts, groups, rollout";
  const knownOfServices =
    "known are ports, sequence, sequenceOf, knockTimeout, closeSequence, unban, accessWindow, access, flowTimeout";
  it("names unknown fields, but for what may be a sequence", () => {
    expect(problemsOf({ ...ssh(), "7000,8000,9000": true })).toEqual([
      `policy: has an unknown field; ${knownFields}`,
    ]);
    expect(problemsOf({ ...ssh({ "7000,8000,9000": 1, knock: 2 }), allowed: [], open: [] })).toEqual([
      `policy: has 2 unknown fields, allowed, open; write allow if that is meant; ${knownFields}`,
      `services.ssh: has 2 unknown fields, knock among them; ${knownOfServices}`,
    ]);
    expect(problemsOf({ ...ssh(), identity: { ipv4Prefx: 24, port47001: 1, ["a".repeat(25)]: 1 } })).toEqual([
      "identity: has 3 unknown fields, ipv4Prefx among them; write ipv4Prefix if that is meant; known are ipv4Prefix, ipv6Prefix",
    ]);
    expect(problemsOf({ ...ssh(), identity: { "7000,8000,9000": 1 } })).toEqual([
      "identity: has an unknown field; known are ipv4Prefix, ipv6Prefix",
    ]);
  });

  it("rejects __proto__ as any other unknown field, and nothing is inherited from it", () => {
    const text =
      '{ "services": { "ssh": { "ports": ["22"], "__proto__": { "sequence": "7000,8000" } } }, "__proto__": { "allow": ["::/0"] } }';
    expect(problemsOf(JSON.parse(text))).toEqual([
      `policy: has an unknown field; ${knownFields}`,
      `services.ssh: has an unknown field; ${knownOfServices}`,
      "services.ssh.sequence: is missing or of another type; give a string",
    ]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it("rejects inherited fields: only what is written counts", () => {
    expect(problemsOf(Object.create(ssh()))).toEqual(["services: is not an object; give one entry a name"]);
  });
});

describe("a policy without a service that is fine", () => {
  it.each<readonly [object, readonly string[]]>([
    [{ ssh: 5 }, ["services.ssh: is missing or of another type; give an object"]],
    [
      { "7": { ports: ["22"], sequence: SEQUENCE } },
      ["services: name 1 is not a name; begin with a letter, then letters, digits and dashes, 32 at most"],
    ],
  ])("is not said to guard nothing where one is refused: %j", (services, problems) => {
    expect(problemsOf({ services })).toEqual(problems);
  });

  it("is said to guard nothing where there is none", () => {
    expect(problemsOf({ services: {} })).toEqual(["services: guards nothing; name at least one service"]);
  });

  it("is not said to guard nothing where the caller refused one", () => {
    const found = { path: "services.ssh.ports", problem: "is a secret", remedy: "give it in the clear" };
    expect(tryParsePolicy({ services: {} }, { found: [found] })).toEqual({
      kind: "refused",
      problems: [found],
    });
  });
});
