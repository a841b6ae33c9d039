import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HostArgs, PortKnockFirewallArgs } from "../../components/args";
import { hostsOf } from "../../components/inputs/host";
import { judgePolicy } from "../../components/inputs/judgePolicy";
import { reporterOf } from "../../components/inputs/reporter";
import { validatePolicy } from "../../components/inputs/validatePolicy";
import { printProblem } from "../../components/policy/policyError";
import type { PolicyResult } from "../../components/policy/written/parsePolicy";
import { type ProgramOptions, resolved, runProgram, UNKNOWN } from "../support/registrations";

const PROBLEM = { path: "services.ssh.ports", problem: "names no port", remedy: "list at least one" };
const MESSAGE = "services.ssh.ports: names no port; list at least one";
const SSH = { ports: ["22"], sequence: "9000,7000,8000" };
const KEY = "ssh-ed25519 AAAA";

beforeEach(() => {
  vi.spyOn(pulumi.log, "warn").mockResolvedValue(undefined);
  vi.spyOn(pulumi.log, "error").mockResolvedValue(undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const STOP = "the policy of edge was refused; its problems are listed under edge";

describe("a refused policy", () => {
  it("is one error of the component with all problems, and stops with one that holds none and no stack", async () => {
    const { result } = await runProgram(() => {
      const component = new pulumi.ComponentResource("test:index:Component", "edge");
      const reporter = reporterOf(component, "edge");
      const problems = [PROBLEM, { ...PROBLEM, path: "allow[0]" }];
      return { component, errors: [reporter.refuse(problems), reporter.refuse(problems)] };
    });
    const { component, errors } = result;
    const text = `${MESSAGE.replace("services.ssh.ports", "allow[0]")}\n${MESSAGE}`;
    expect(vi.mocked(pulumi.log.error).mock.calls).toEqual([[text, component]]);
    expect(errors[0]).toBe(errors[1]);
    expect(errors[0]).toBeInstanceOf(pulumi.RunError);
    expect(errors[0]).toMatchObject({ message: STOP, stack: STOP });
  });

  it("stops with the same words when the SDK writes its own before them", async () => {
    const { result } = await runProgram(() => {
      const component = new pulumi.ComponentResource("test:index:Component", "edge");
      return { error: reporterOf(component, "edge").refuse([PROBLEM]) };
    });
    const { error } = result;
    error.message = `error serializing property create: ${error.message}`;
    expect(error).toMatchObject({ message: STOP });
  });
});

describe("a policy of Outputs", () => {
  const services = { ssh: { ports: ["22"], sequence: pulumi.secret("9000,7000,8000") } };

  it("is checked when they are known", async () => {
    const baseline = pulumi.output({ traps: ["23"], unbanSequence: pulumi.secret("6000,5000,5500") });
    expect(await validated(() => ({ hosts: {}, services, baseline, log: {} }))).toMatchObject({
      profile: {
        kind: "baseline",
        traps: [{ protocol: "tcp", from: 23, to: 23 }],
        unbanSequence: [
          { protocol: "tcp", port: 6000 },
          { protocol: "tcp", port: 5000 },
          { protocol: "tcp", port: 5500 },
        ],
      },
      log: { admissions: true },
    });
  });

  it("rejects a secret with the same words as a text", async () => {
    const text = { ssh: { ...SSH, sequence: "7000,7000" } };
    const secret = { ssh: { ...SSH, sequence: pulumi.secret("7000,7000") } };
    const message = "services.ssh.sequence: knock 2 repeats knock 1; use each port once";
    expect(await validated(() => ({ hosts: {}, services: text }))).toBe(message);
    expect(await validated(() => ({ hosts: {}, services: secret }))).toBe(message);
  });
});

describe("a policy of which a part comes later", () => {
  class Machine extends pulumi.CustomResource {
    declare readonly address: pulumi.Output<string>;
    declare readonly sequence: pulumi.Output<string>;
    constructor() {
      const known = { address: "192.0.2.7", sequence: "6000,4000,5000" };
      super(
        "test:index:Machine",
        "vm",
        pulumi.runtime.isDryRun() ? { address: undefined, sequence: undefined } : known,
      );
    }
  }
  const later = (
    services: (sequence: pulumi.Output<string>) => object = () => ({}),
  ): PortKnockFirewallArgs => {
    const { address, sequence } = new Machine();
    return {
      hosts: { a: { connection: { host: address, hostKey: KEY } } },
      services: { ssh: SSH, web: { ports: ["443"], sequence }, ...services(sequence) },
      allow: [address],
    };
  };

  it("is not known in a preview, and fine once it is known", async () => {
    expect(await validated(() => later(), { isPreview: true })).toBe(UNKNOWN);
    expect(await validated(() => later())).toMatchObject({ allow: [{ family: 4, cidr: "192.0.2.7/32" }] });
  });

  it.each([true, false])("rejects everything that is known, at once (preview: %s)", async (isPreview) => {
    const args = () => ({
      ...later((sequenceOf) => ({
        mail: { ports: ["22"], sequence: pulumi.secret("7000") },
        chat: { ports: ["5000"], sequenceOf, knockTimeout: "5s" },
      })),
      rollbackTimeout: "1s",
    });
    expect(await validated(args, { isPreview })).toBe(
      [
        "rollbackTimeout: is out of range; use 5s to 10m",
        "services.mail.sequence: has 1 knock; give 2 to 16, or leave the service unguarded",
        "services.ssh.ports: has a port that mail guards too; give each port to one service",
      ].join("\n"),
    );
  });

  it("rejects a guarded way to a host only when nothing can still let Pulumi in", async () => {
    const hosts = { b: { connection: { host: "192.0.2.1", hostKey: KEY } } };
    const { allow, ...rest } = { allow: [], services: { ssh: SSH } };
    expect(await validated(() => ({ ...later(), hosts }), { isPreview: true })).toBe(UNKNOWN);
    expect(
      await validated(() => ({ ...rest, hosts, openPorts: [new Machine().address] }), { isPreview: true }),
    ).toBe(
      "hosts.b.connection: ssh guards the port through which Pulumi connects, and nothing lets Pulumi in: allow is empty, and there is no proxy; add the deployer's address to allow, or connect through a proxy whose address is there",
    );
  });
});

describe("hosts that differ, of which a part comes later", () => {
  class Tag extends pulumi.CustomResource {
    declare readonly value: pulumi.Output<string>;
    constructor(value: string) {
      super("test:index:Tag", value, { value: pulumi.runtime.isDryRun() ? undefined : value });
    }
  }
  const connection = { host: "192.0.2.1", hostKey: KEY };
  const fleet = (args: Partial<PortKnockFirewallArgs>): PortKnockFirewallArgs => ({
    hosts: { a: { connection }, b: { connection: { ...connection, host: "192.0.2.2" } } },
    services: { ssh: SSH, admin: { ports: ["22"], sequence: "9100,7100,8100" } },
    allow: ["192.0.2.9"],
    ...args,
  });

  it("are not refused for what the part may change: which services a host has", async () => {
    const args = () =>
      fleet({
        groups: {
          one: { hosts: ["a"], services: ["ssh"] },
          other: { hosts: ["b"], services: [new Tag("admin").value] },
        },
      });
    expect(await validated(args, { isPreview: true })).toBe(UNKNOWN);
    expect(await validated(args)).toMatchObject({
      groups: [
        { name: "one", services: ["ssh"] },
        { name: "other", services: ["admin"] },
      ],
    });
  });

  it("are refused for what is known, where it is written", async () => {
    const args = () =>
      fleet({
        groups: { one: { hosts: ["a", "c"], allow: ["nowhere", new Tag("192.0.2.8").value] } },
        hosts: {
          a: { connection, services: ["mail"], openPorts: [pulumi.secret("x")] },
          b: { connection: { ...connection, host: "192.0.2.2" } },
        },
      });
    expect(await validated(args, { isPreview: true })).toBe(
      [
        'groups.one.allow[0]: is not an address or a network; write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
        "groups.one.hosts[1]: is not there; name one that is in hosts",
        'hosts.a.openPorts[0]: is not a port or a range of ports; write "22", "22/tcp" or "500-600/udp", with ports from 1 to 65,535',
        "hosts.a.services[0]: is not there; known are ssh, admin",
      ].join("\n"),
    );
  });

  it("are in no conflict that a host may decide later", async () => {
    const args = () =>
      fleet({
        hosts: {
          a: { connection, services: [new Tag("ssh").value] },
          b: { connection: { ...connection, host: "192.0.2.2" } },
        },
        groups: {
          one: { hosts: ["a", "b"], services: ["ssh"] },
          other: { hosts: ["a"], services: ["admin"] },
        },
      });
    expect(await validated(args, { isPreview: true })).toBe(UNKNOWN);
    expect(await validated(args)).toMatchObject({ ownDifferences: [{ host: "a", services: ["ssh"] }] });
  });

  it("let Pulumi in by what comes later", async () => {
    const { admin, ...services } = fleet({}).services;
    const locked = (args: Partial<PortKnockFirewallArgs>) => () => fleet({ services, allow: [], ...args });
    const why =
      "connection: ssh guards the port through which Pulumi connects, and nothing lets Pulumi in: allow is empty, and there is no proxy; add the deployer's address to allow, or connect through a proxy whose address is there";
    const isPreview = true;
    expect(await validated(locked({}), { isPreview })).toBe(`hosts.a.${why}\nhosts.b.${why}`);
    const later = () =>
      locked({ groups: { all: { hosts: ["a", "b"], allow: [new Tag("192.0.2.9").value] } } })();
    expect(await validated(later, { isPreview })).toBe(UNKNOWN);
    expect(await validated(later)).toMatchObject({ groups: [{ allow: [{ cidr: "192.0.2.9/32" }] }] });
  });

  it("let a deployer knock who may open something that comes later", async () => {
    const { admin, ...services } = fleet({}).services;
    const args = () =>
      fleet({
        services,
        allow: [],
        deployer: "ci",
        knockers: { ci: { services: [new Tag("ssh").value], sequence: "9400,7300,8300" } },
      });
    expect(await validated(args, { isPreview: true })).toBe(UNKNOWN);
    expect(await validated(args)).toMatchObject({ deployer: "ci" });
  });

  it("hide a secret network from warnings", async () => {
    const args = () =>
      fleet({
        services: { ssh: SSH },
        groups: { all: { hosts: ["a"], allow: [pulumi.secret("8.0.0.0/7")] } },
      });
    expect(await warnings(args)).toEqual([
      "groups.all.allow: holds (secret), where nobody needs to knock; name smaller networks",
    ]);
  });
});

describe("a host", () => {
  const validatedWith = (host: object) =>
    validated(() => ({ services: { ssh: SSH }, allow: ["192.0.2.9"], hosts: { a: host as HostArgs } }));
  const connection = { host: "192.0.2.1", hostKey: KEY };

  it.each([
    [{ connection: { ...connection, port: 0 } }, "connection.port: is not a port; use 1 to 65,535"],
    [
      { connection: { ...connection, key: "SECRET" } },
      "connection: has an unknown field, key; known are host, port, user, password, privateKey, privateKeyPassword, agentSocketPath, hostKey, dialErrorLimit, perDialTimeout, proxy",
    ],
  ])("rejects %j", async (host, problem) => {
    expect(await validatedWith(host)).toBe(`hosts.a.${problem}`);
  });

  it.each([
    "edge/web-1",
    "sh\nop/dev/edge/web-1",
    "shop/d\nev/edge/web-1",
    "shop/dev/ed\nge/web-1",
    "shop/dev/edge/web-1\nservice 1:1 ssh",
  ])("rejects %j as an owner, which is one line", async (adopt) => {
    expect(await validatedWith({ connection, adopt })).toBe(
      'hosts.a.adopt: is not an owner; copy it from the refusal, like "project/stack/component/host"',
    );
  });

  it("may have fields that are undefined, known or not, in its proxy too", async () => {
    const proxy = { host: "192.0.2.2", hostKey: KEY, user: undefined, lane: undefined };
    const given = { ...connection, password: undefined, colour: undefined, proxy };
    expect(await validatedWith({ connection: given })).toMatchObject({ services: [{ name: "ssh" }] });
  });

  it.each([[{ connection }], [{ connection, adopt: "shop/dev/edge of/the/town/web-1" }]])(
    "may be %j",
    async (host) => {
      expect(await validatedWith(host)).toMatchObject({ services: [{ name: "ssh" }] });
    },
  );

  const WRITE_ONE = 'write the one that is routed to this host, like "2001:db8:1:2::/64"';
  it.each([
    ["2001:db8::/48", `is not a /64 of IPv6; ${WRITE_ONE}`],
    [64, `is not an IPv6 network; ${WRITE_ONE}`],
  ])(
    "rejects %j as its network of tokens, with all other problems at once",
    async (tokenNetwork, problem) => {
      const later = pulumi.output(tokenNetwork);
      expect(
        await validatedWith({ connection: { ...connection, port: 0 }, adopt: "x", tokenNetwork: later }),
      ).toBe(
        [
          'hosts.a.adopt: is not an owner; copy it from the refusal, like "project/stack/component/host"',
          "hosts.a.connection.port: is not a port; use 1 to 65,535",
          `hosts.a.tokenNetwork: ${problem}`,
        ].join("\n"),
      );
    },
  );

  it("has its network of tokens in the policy, in canonical form", async () => {
    const tokenNetwork = pulumi.secret("2001:0DB8:1:2::/64");
    expect(await validatedWith({ connection, tokenNetwork })).toMatchObject({
      tokenNetworks: [{ host: "a", network: { family: 6, cidr: "2001:db8:1:2::/64" } }],
    });
  });

  it.each([
    { ...connection, user: "root\nservices.db.ports = 5432/tcp" },
    { ...connection, user: "root\u0085services.db.ports" },
    { ...connection, user: "two words" },
    { ...connection, host: "192.0.2.1\n" },
    { ...connection, host: "192.0.2.1\u0000" },
    { ...connection, proxy: { host: "192.0.2.1\u0085" } },
  ])("rejects %j, which would be more than a word of the text for review", async (given) => {
    expect(await validatedWith({ connection: given })).toMatch(
      /^hosts\.a\.connection\.(user: is no name of a user; give it in one word|(proxy\.)?host: is no address; give an address or a host name)$/,
    );
  });

  it("names unknown fields, but for what may be a sequence", async () => {
    const known =
      "known are connection, adopt, tokenNetwork, services, allow, openPorts, exceptNetworks, openPortsFrom";
    expect(await validatedWith({ connection, adotp: "x" })).toBe(
      `hosts.a: has an unknown field, adotp; write adopt if that is meant; ${known}`,
    );
    expect(await validatedWith({ connection, "7000,8000": 1, sequence: "7000" })).toBe(
      `hosts.a: has 2 unknown fields, sequence among them; ${known}`,
    );
  });

  it.each([[[]], [[{ connection }]], [null], ["web-1"]])("is none in %j", async (hosts) => {
    const args = { services: { ssh: SSH }, hosts: hosts as unknown as Record<string, HostArgs> };
    expect(await validated(() => args)).toBe("hosts: is not an object; give one entry a name");
  });

  it("rejects a name that is none without repeating it", async () => {
    const hosts = { web_1: { connection } };
    expect(await validated(() => ({ services: { ssh: SSH }, hosts }))).toBe(
      "hosts: name 1 is not a name; begin with a letter, then letters, digits and dashes, 32 at most",
    );
  });
});

describe("what must be there at once", () => {
  const whole = "is an Output as a whole; write it as an object; the fields of its entries may be Outputs";

  it.each([true, false])("is no Output (preview: %s)", async (isPreview) => {
    const secret = <T>(input: unknown): T => pulumi.secret(input) as unknown as T;
    const args = (): PortKnockFirewallArgs => ({
      hosts: { a: secret({ connection: { host: "192.0.2.1", hostKey: KEY } }) },
      services: { ssh: secret(SSH) },
      allow: ["192.0.2.9"],
    });
    expect(await validated(args, { isPreview })).toMatch(
      new RegExp(`^hosts\\.a: ${whole}\n(.*\n)*services\\.ssh: ${whole}$`),
    );
    const allSecret = (): PortKnockFirewallArgs => ({ hosts: secret({}), services: secret({ ssh: SSH }) });
    expect(await validated(allSecret, { isPreview })).toBe(`hosts: ${whole}\nservices: ${whole}`);
  });
});

describe("a component's name", () => {
  it("is refused with a line break in it: a host keeps its owner in one line", async () => {
    const { result } = await runProgram(() => {
      const args = { hosts: {}, services: { ssh: SSH } };
      return { judged: judgePolicy("edge\nservice 1:1 ssh", args, hostsOf(args.hosts)).result };
    });
    const [path, problem] = ["name", "has a control character, and a host keeps its owner in one line"];
    expect(await resolved<PolicyResult>(result.judged)).toEqual({
      kind: "refused",
      problems: [{ path, problem, remedy: "give the component another name" }],
    });
  });
});

describe("warnings", () => {
  const host = (name: string, connection: object) => [
    name,
    { connection: { host: `${name}.example`, ...connection } },
  ];
  const args = (): PortKnockFirewallArgs => ({
    hosts: Object.fromEntries([
      host("b", { proxy: { host: "192.0.2.9", hostKey: "ssh-rsa AAAA me@home" } }),
      host("a", { hostKey: "ssh-rsa AAAA" }),
      host("c", { hostKey: KEY, proxy: { host: "192.0.2.9" } }),
      host("d", { hostKey: pulumi.secret("ecdsa-sha2-nistp256 AAAA"), privateKey: "ssh-rsa KEY" }),
    ]),
    services: { ssh: { ...SSH, sequence: pulumi.secret("7000,8000") } },
    allow: ["192.0.2.7"],
  });
  const missing =
    "is missing, so that whoever answers at that address is taken for the host; give the host's public key, ed25519 or ECDSA";
  const rsa =
    "is an RSA key, and Pulumi would ask for a signature that today's servers no longer give; give the host's ed25519 or ECDSA key";
  const expected = [
    `hosts.a.connection.hostKey: ${rsa}`,
    `hosts.b.connection.hostKey: ${missing}`,
    `hosts.b.connection.proxy.hostKey: ${rsa}`,
    `hosts.c.connection.proxy.hostKey: ${missing}`,
    "services.ssh.sequence: has only 2 knocks, which guessing finds sooner; give 3 or more",
  ];

  it.each([true, false])(
    "are logged on the component, once each, sorted (preview: %s)",
    async (isPreview) => {
      let component: pulumi.Resource | undefined;
      const { result } = await runProgram(
        () => {
          component = new pulumi.ComponentResource("test:index:Component", "edge");
          const reporter = reporterOf(component, "edge");
          const { policy } = validatePolicy(reporter, args(), hostsOf(args().hosts));
          // Whoever looks at a policy twice has not validated it twice.
          return {
            policy,
            others: [policy.apply((valid) => valid), policy.apply(({ services }) => services)],
          };
        },
        { isPreview },
      );
      await resolved(result.policy);
      expect(vi.mocked(pulumi.log.warn).mock.calls).toEqual(expected.map((line) => [line, component]));
    },
  );

  it("and problems hold no network of a list that is secret", async () => {
    const huge = (allow: PortKnockFirewallArgs["allow"]) => () => ({ ...args(), allow: allow ?? [] });
    const warned = "where nobody needs to knock; name smaller networks";
    const bits = "has bits set behind its prefix; write";
    expect(await warnings(huge(["44.0.0.0/6"]))).toContain(`allow: holds 44.0.0.0/6, ${warned}`);
    for (const allow of [[pulumi.secret("44.0.0.0/6")], pulumi.secret(["44.0.0.0/6"])]) {
      expect(await warnings(huge(allow))).toContain(`allow: holds (secret), ${warned}`);
    }
    expect(await validated(huge(["45.67.89.10/16"]))).toBe(
      `allow[0]: ${bits} "45.67.0.0/16" if that is meant`,
    );
    for (const allow of [[pulumi.secret("45.67.89.10/16")], pulumi.secret(["2001:db8::1/32"])]) {
      expect(await validated(huge(allow))).toBe(`allow[0]: ${bits} "(secret)" if that is meant`);
    }
  });

  it("are not given for a policy that is refused", async () => {
    expect(await validated(() => ({ ...args(), rollbackTimeout: "1s" }))).toBe(
      "rollbackTimeout: is out of range; use 5s to 10m",
    );
  });
});

/** What a policy that is fine is warned of. */
async function warnings(args: () => PortKnockFirewallArgs): Promise<readonly string[]> {
  const verdict = await judged(args, {});
  return verdict !== UNKNOWN && verdict.kind === "value" ? verdict.warnings.map(printProblem) : [];
}

async function judged(args: () => PortKnockFirewallArgs, options: ProgramOptions) {
  const { result } = await runProgram(() => {
    const written = args();
    return { judged: judgePolicy("edge", written, hostsOf(written.hosts)).result };
  }, options);
  return resolved<PolicyResult>(result.judged);
}

/** The policy, what is wrong with it, or that it is not known. */
async function validated(args: () => PortKnockFirewallArgs, options: ProgramOptions = {}): Promise<unknown> {
  const verdict = await judged(args, options);
  if (verdict === UNKNOWN) return UNKNOWN;
  return verdict.kind === "value" ? verdict.policy : verdict.problems.map(printProblem).join("\n");
}
