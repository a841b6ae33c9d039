import { describe, expect, it } from "vitest";
import { deployerProblems, deployerWarnings } from "../../components/policy/rules/lockOut";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf, ssh } from "../support/problemsOf";

const at = (host: string, port: number, proxy?: string) => ({
  connection: { host, port, ...(proxy !== undefined && { proxy: { host: proxy, port: 22 } }) },
});

const NOW = 1_800_000_000;

describe("the way to a host", () => {
  const lockedOut = (guard: string) =>
    `${guard} guards the port through which Pulumi connects, and nothing lets Pulumi in: ` +
    "allow is empty, and there is no proxy; " +
    "add the deployer's address to allow, or connect through a proxy whose address is there";

  it("rejects a guarded port that nothing lets Pulumi through", () => {
    const hosts = { a: at("192.0.2.1", 22), b: at("192.0.2.2", 2222), c: at("192.0.2.3", 22) };
    expect(problemsOf({ ...ssh(), hosts })).toEqual([
      `hosts.a.connection: ${lockedOut("ssh")}`,
      `hosts.c.connection: ${lockedOut("ssh")}`,
    ]);
    expect(problemsOf({ ...ssh({ ports: ["80", "20-25"] }), hosts: { a: hosts.a } })).toEqual([
      `hosts.a.connection: ${lockedOut("ssh")}`,
    ]);
  });

  it("may be guarded when allow names somebody", () => {
    const hosts = { a: at("192.0.2.1", 22) };
    expect(problemsOf({ ...ssh(), hosts, allow: ["198.51.100.7"] })).toEqual([]);
    expect(problemsOf({ ...ssh(), hosts, allow: [] })).toEqual([`hosts.a.connection: ${lockedOut("ssh")}`]);
  });

  it("may be guarded behind a proxy", () => {
    expect(problemsOf({ ...ssh(), hosts: { a: at("192.0.2.1", 22, "192.0.2.9") } })).toEqual([]);
  });

  it("may be another port, or the same number of UDP", () => {
    expect(problemsOf({ ...ssh(), hosts: { a: at("192.0.2.1", 23) } })).toEqual([]);
    expect(problemsOf({ ...ssh({ ports: ["22/udp"] }), hosts: { a: at("192.0.2.1", 22) } })).toEqual([]);
  });

  it("is no problem while the addresses in allow are refused for another reason", () => {
    const input = { ...ssh(), hosts: { a: at("192.0.2.1", 22) }, allow: ["192.0.2"] };
    expect(problemsOf(input)).toEqual([
      'allow[0]: is not an address or a network; write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
    ]);
  });

  const twice = (first: string) => `leads to the same address and port as ${first}; name each host once`;

  it("rejects the same address and port under two names", () => {
    const hosts = { b: at("192.0.2.1", 2222), a: at("192.0.2.1", 2222), c: at("192.0.2.1", 2222) };
    expect(problemsOf({ ...ssh(), hosts })).toEqual([
      `hosts.a.connection: ${twice("b")}`,
      `hosts.c.connection: ${twice("b")}`,
    ]);
  });

  it.each([
    ["address", "2001:db8::1", "2001:DB8::1"],
    ["address", "2001:db8::1", "2001:db8:0:0::0001"],
    ["name", "web-1.example", "Web-1.Example"],
  ])("rejects the same %s in other letters: %s, %s", (_, address, other) => {
    const hosts = { a: at(address, 2222), b: at(other, 2222) };
    expect(problemsOf({ ...ssh(), hosts })).toEqual([`hosts.b.connection: ${twice("a")}`]);
  });

  it("rejects the same behind one proxy, and not behind two", () => {
    const hosts = {
      a: at("10.0.0.1", 22, "192.0.2.9"),
      b: at("10.0.0.1", 22, "192.0.2.10"),
      c: at("10.0.0.1", 22, "192.0.2.9"),
    };
    expect(problemsOf({ ...ssh(), hosts })).toEqual([`hosts.c.connection: ${twice("a")}`]);
  });

  it.each([
    ["another address", at("192.0.2.2", 2222)],
    ["another port", at("192.0.2.1", 2223)],
    ["a proxy, behind which the address may be another machine's", at("192.0.2.1", 2222, "192.0.2.9")],
  ])("may differ from another host's in %s", (_, other) => {
    expect(problemsOf({ ...ssh(), hosts: { a: at("192.0.2.1", 2222), b: other } })).toEqual([]);
    expect(problemsOf({ ...ssh(), hosts: { a: other, b: at("192.0.2.1", 2222) } })).toEqual([]);
  });
});

describe("the deployer as a host sees it", () => {
  const allow = ["198.51.100.0/24", "2001:db8::/32"];
  const policy = parsePolicy({ ...ssh({ ports: ["22", "2000-2999", "3000/udp"] }), allow });
  const problem = (address: string) => ({
    path: "hosts.web-1.connection",
    problem: `ssh would lock Pulumi out, which this host sees coming from ${address}`,
    remedy: "add that address to allow",
  });

  it.each([
    ["192.0.2.7", 22],
    ["198.51.101.0", 2999],
    ["2001:db9::1", 2000],
    ["::ffff:192.0.2.7", 22],
    ["", 22],
  ])("rejects %j at port %i: it would be locked out", (address, port) => {
    expect(deployerProblems(policy, "web-1", { address, port, admissions: [] }, NOW)).toEqual([
      problem(address),
    ]);
  });

  it.each([
    ["198.51.100.255", 22],
    ["2001:db8:ffff::", 2000],
    ["::ffff:198.51.100.1", 22],
    ["192.0.2.7", 23],
    ["192.0.2.7", 3000],
    ["127.0.0.1", 22],
    ["::1", 2000],
  ])("may be %s at port %i", (address, port) => {
    expect(deployerProblems(policy, "web-1", { address, port, admissions: [] }, NOW)).toEqual([]);
  });
});

describe("a deployer that is admitted", () => {
  const policyOf = (others: object = {}, service: object = {}) =>
    parsePolicy({
      ...ssh({ ports: ["22"], accessWindow: "5m", ...service }),
      allow: ["198.51.100.7"],
      ...others,
    });
  const from = (address: string, ...admissions: readonly (readonly [string, string, number])[]) => ({
    address,
    port: 22,
    admissions: admissions.map(([service, source, secondsLeft]) => ({ service, source, secondsLeft })),
  });
  const rejected = (address: string, why = "") => [
    {
      path: "hosts.web-1.connection",
      problem: `ssh would lock Pulumi out, which this host sees coming from ${address}`,
      remedy: `add that address to allow${why}`,
    },
  ];
  const warned = (address: string, seconds: number) => [
    `only a knock lets Pulumi in to ssh, for ${seconds} more seconds: an update that changes that sequence would be ` +
      `rolled back, and later runs must knock again; add ${address} to allow`,
  ];

  it.each([
    ["192.0.2.7", "192.0.2.7", {}],
    ["::ffff:192.0.2.7", "192.0.2.7", {}],
    ["2001:db8::7", "2001:db8::7", {}],
    ["192.0.2.7", "192.0.2.0", { identity: { ipv4Prefix: 24 } }],
    ["2001:db8:0:1:2::7", "2001:db8:0:1::", { identity: { ipv6Prefix: 64 } }],
    ["192.0.2.7", "192.0.2.7", { baseline: {} }],
  ])(
    "is let through from %s as %s, with a warning, while its window lasts for the update",
    (address, source, others) => {
      const deployer = from(address, ["web", source, 10], ["ssh", source, 60]);
      expect(deployerProblems(policyOf(others), "web-1", deployer, NOW)).toEqual([]);
      expect(deployerWarnings(policyOf(others), deployer, NOW)).toEqual(warned(address, 60));
    },
  );

  it("rejects a window that would end before the host gives up waiting", () => {
    const soon = from("192.0.2.7", ["ssh", "192.0.2.7", 59]);
    const why = (seconds: number) =>
      `: what a knock gave it ends in ${seconds} seconds, and rollbackTimeout is longer`;
    expect(deployerProblems(policyOf(), "web-1", soon, NOW)).toEqual(rejected("192.0.2.7", why(59)));
    expect(deployerWarnings(policyOf(), soon, NOW)).toEqual([]);
    expect(deployerProblems(policyOf({ rollbackTimeout: "30s" }), "web-1", soon, NOW)).toEqual([]);
    const shorter = policyOf({}, { accessWindow: "10s" });
    const long = from("192.0.2.7", ["ssh", "192.0.2.7", 290]);
    expect(deployerProblems(shorter, "web-1", long, NOW)).toEqual(rejected("192.0.2.7", why(10)));
  });

  it.each([
    ["to another service", from("192.0.2.7", ["web", "192.0.2.7", 290]), {}],
    ["as somebody else", from("192.0.2.7", ["ssh", "192.0.2.8", 290]), {}],
    [
      "as a narrower source than the new rules look for",
      from("192.0.2.7", ["ssh", "192.0.2.7", 290]),
      { identity: { ipv4Prefix: 24 } },
    ],
  ])("rejects one that is admitted %s", (_, deployer, others) => {
    expect(deployerProblems(policyOf(others), "web-1", deployer, NOW)).toEqual(rejected("192.0.2.7"));
  });

  it.each([
    ["in allow", from("198.51.100.7", ["ssh", "198.51.100.7", 5])],
    ["the host itself", from("127.0.0.1")],
    ["at a port that is not guarded", { ...from("192.0.2.7"), port: 23 }],
  ])("is nothing to warn of when it is %s", (_, deployer) => {
    expect([
      deployerProblems(policyOf(), "web-1", deployer, NOW),
      deployerWarnings(policyOf(), deployer, NOW),
    ]).toEqual([[], []]);
  });
});
