import { describe, expect, it } from "vitest";
import { deployerProblems } from "../../components/policy/lockOut";
import { parsePolicy } from "../../components/policy/parsePolicy";
import { problemsOf, ssh } from "../support/problemsOf";

const at = (address: string, port: number, proxy?: string) => ({
  address,
  port,
  ...(proxy !== undefined && { proxy: { address: proxy, port: 22 } }),
});

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
      'allow.1: is not an address or a network; write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
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
    expect(deployerProblems(policy, "web-1", { address, port })).toEqual([problem(address)]);
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
    expect(deployerProblems(policy, "web-1", { address, port })).toEqual([]);
  });
});
