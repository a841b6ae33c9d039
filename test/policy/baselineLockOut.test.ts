import { describe, expect, it } from "vitest";
import { deployerProblems } from "../../components/policy/rules/lockOut";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf, ssh } from "../support/problemsOf";

const at = (host: string, port: number, proxy?: string) => ({
  connection: { host, port, ...(proxy !== undefined && { proxy: { host: proxy, port: 22 } }) },
});

const NOW = 1_800_000_000;

describe("the way to a host under a baseline", () => {
  const hosts = { a: at("192.0.2.1", 2222) };
  const from = ["198.51.100.0/24"];

  it.each([
    ["closed: something before the host may lead it to a port that is open", {}],
    ["open", { openPorts: ["2222"] }],
    ["open to some sources", { baseline: { openPortsFrom: [{ ports: ["2000-2999"], from }] } }],
    ["guarded, with somebody in allow", { ...ssh({ ports: ["2222"] }), allow: from }],
    [
      "guarded, behind a proxy",
      { ...ssh({ ports: ["2222"] }), hosts: { a: at("192.0.2.1", 2222, "192.0.2.9") } },
    ],
  ])("may be a port that is %s", (_, others) => {
    expect(problemsOf({ ...ssh(), baseline: {}, hosts, ...others })).toEqual([]);
  });

  const lockedOut =
    "hosts.a.connection: ssh guards the port through which Pulumi connects, and nothing lets Pulumi in: " +
    "allow is empty, and there is no proxy; " +
    "add the deployer's address to allow, or connect through a proxy whose address is there";

  it("rejects a guarded port that nothing lets Pulumi through", () => {
    expect(problemsOf({ ...ssh({ ports: ["2222"] }), baseline: {}, hosts })).toEqual([lockedOut]);
  });

  it("rejects it beside what is wrong elsewhere, also with the service that guards it", () => {
    const service = ssh({ ports: ["2222"], knockTimeout: "0s" });
    expect(problemsOf({ ...service, baseline: {}, hosts, rollbackTimeout: "1s" })).toEqual([
      lockedOut,
      "rollbackTimeout: is out of range; use 5s to 10m",
      "services.ssh.knockTimeout: is out of range; use 1s to 5m",
    ]);
  });

  it("is no problem while a field that may be a misspelt allow is refused", () => {
    const problems = problemsOf({ ...ssh({ ports: ["2222"] }), hosts, allows: from });
    expect(problems.map((problem) => problem.split(":")[0])).toEqual(["policy"]);
  });
});

describe("the deployer as a host under a baseline sees it", () => {
  const policy = parsePolicy({
    ...ssh({ ports: ["22"] }),
    allow: ["192.168.7.0/24", "9.9.9.0/24"],
    openPorts: ["2222"],
    baseline: {
      exceptNetworks: ["10.0.0.0/8", "fd00::/64"],
      openPortsFrom: [{ ports: ["3333"], from: ["10.1.0.0/16", "172.16.0.0/12", "8.8.8.8", "2a00::/16"] }],
    },
  });
  const problem = (lock: string, address: string, remedy: string) => ({
    path: "hosts.web-1.connection",
    problem: `${lock} would lock Pulumi out, which this host sees coming from ${address}`,
    remedy,
  });
  const guarded = (address: string) => problem("ssh", address, "add that address to allow");
  const martian = (address: string) =>
    problem(
      "the baseline, which drops martians,",
      address,
      "add its network to baseline.exceptNetworks, or that address to allow",
    );
  const restricted = (address: string) =>
    problem("baseline.openPortsFrom", address, "add that address to the sources of the port");
  const closed = (address: string) =>
    problem("the baseline", address, "guard it, or add it to openPorts or baseline.openPortsFrom");

  it.each([
    ["8.8.8.8", 22, [guarded]],
    ["10.0.0.1", 22, [guarded]],
    ["192.168.8.1", 22, [guarded]],
    ["192.168.8.1", 2222, [martian]],
    ["172.16.0.1", 2222, [martian]],
    ["fd00:0:0:1::1", 2222, [martian]],
    ["::ffff:192.168.8.1", 2222, [martian]],
    ["172.16.0.1", 3333, [martian]],
    ["8.8.8.9", 3333, [restricted]],
    ["10.2.0.1", 3333, [restricted]],
    ["9.9.9.9", 3333, [restricted]],
    ["192.168.8.1", 3333, [martian, restricted]],
    ["8.8.8.8", 23, [closed]],
    ["9.9.9.9", 23, [closed]],
    ["192.168.8.1", 23, [martian, closed]],
    ["", 3333, [restricted]],
  ])("rejects %j at port %i: it would be locked out", (address, port, problems) => {
    expect(deployerProblems(policy, "web-1", { address, port, admissions: [] }, NOW)).toEqual(
      problems.map((against) => against(address)),
    );
  });

  it.each([
    ["192.168.7.1", 22],
    ["9.9.9.9", 22],
    ["8.8.8.8", 2222],
    ["10.0.0.1", 2222],
    ["fd00::1", 2222],
    ["192.168.7.1", 2222],
    ["10.1.0.1", 3333],
    ["8.8.8.8", 3333],
    ["2a00::1", 3333],
    ["127.0.0.1", 22],
    ["127.0.0.1", 23],
    ["::1", 3333],
  ])("may be %s at port %i", (address, port) => {
    expect(deployerProblems(policy, "web-1", { address, port, admissions: [] }, NOW)).toEqual([]);
  });
});
