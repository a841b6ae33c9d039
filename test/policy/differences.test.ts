import { describe, expect, it } from "vitest";
import { deployerOpenings } from "../../components/policy/deployerKnocks";
import { hostPolicies } from "../../components/policy/hostPolicy";
import { printPortRange } from "../../components/policy/portRange";
import { parseFleetPolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf, warningsOf } from "../support/problemsOf";

const SERVICES = {
  admin: { ports: ["8443"], sequence: "4001,6100,5701,8200" },
  db: { ports: ["5432"], sequence: "6205,4107,5003" },
  ssh: { ports: ["22"], sequence: "7000,9001,8123" },
};
const HOSTS = Object.fromEntries(
  ["web-1", "web-2", "db-1", "jump"].map((name, index) => [
    name,
    { connection: { host: `192.0.2.${index + 1}` } },
  ]),
);
const FLEET = { services: SERVICES, allow: ["198.51.100.7"], hosts: HOSTS };

/** What differs of what one host has in the end. */
function on(host: string, input: object) {
  const { services, knockers, allow, openPorts, profile } = hostPolicies(parseFleetPolicy(input))(
    host,
  ).policy;
  return {
    services: services.map(({ name }) => name),
    knockers: knockers.map(({ name, services: opened }) => `${name}: ${opened.join(", ")}`),
    allow: allow.map(({ cidr }) => cidr),
    openPorts: openPorts.map(printPortRange),
    ...(profile.kind === "baseline" && {
      exceptNetworks: profile.exceptNetworks.map(({ cidr }) => cidr),
      openPortsFrom: profile.openPortsFrom.map(
        ({ ports, from }) => `${ports.map(printPortRange)} from ${from.map(({ cidr }) => cidr)}`,
      ),
    }),
  };
}

describe("what a host has in the end", () => {
  const input = {
    ...FLEET,
    openPorts: ["80"],
    baseline: {
      exceptNetworks: ["10.0.0.0/8"],
      openPortsFrom: [{ ports: ["9100"], from: ["203.0.113.0/24"] }],
    },
    groups: {
      web: {
        hosts: ["web-1", "web-2"],
        services: ["ssh"],
        allow: ["198.51.100.64/26"],
        openPorts: ["443"],
        exceptNetworks: ["192.168.0.0/16"],
        openPortsFrom: [{ ports: ["9100", "9200"], from: ["198.51.100.0/24"] }],
      },
      observed: { hosts: ["web-2", "db-1"], openPorts: ["9090"] },
    },
    hosts: {
      ...HOSTS,
      "web-2": { ...HOSTS["web-2"], services: ["admin", "ssh"], allow: ["203.0.113.9"], openPorts: ["8080"] },
    },
  };

  it("is what all have, where it is in no group and has nothing of its own", () => {
    expect(on("jump", input)).toEqual({
      services: ["admin", "db", "ssh"],
      knockers: [],
      allow: ["198.51.100.7/32"],
      openPorts: ["80/tcp"],
      exceptNetworks: ["10.0.0.0/8"],
      openPortsFrom: ["9100/tcp from 203.0.113.0/24"],
    });
  });

  it("is what its groups have beside that, and only their services", () => {
    expect(on("web-1", input)).toEqual({
      services: ["ssh"],
      knockers: [],
      allow: ["198.51.100.64/26", "198.51.100.7/32"],
      openPorts: ["80/tcp", "443/tcp"],
      exceptNetworks: ["10.0.0.0/8", "192.168.0.0/16"],
      openPortsFrom: ["9100/tcp from 198.51.100.0/24,203.0.113.0/24", "9200/tcp from 198.51.100.0/24"],
    });
  });

  it("is what it has of its own too, whose services take the place of those of its groups", () => {
    expect(on("web-2", input)).toMatchObject({
      services: ["admin", "ssh"],
      allow: ["198.51.100.64/26", "198.51.100.7/32", "203.0.113.9/32"],
      openPorts: ["80/tcp", "443/tcp", "8080/tcp", "9090/tcp"],
    });
    expect(on("db-1", input)).toMatchObject({
      services: ["admin", "db", "ssh"],
      openPorts: ["80/tcp", "9090/tcp"],
    });
  });

  it("has of a knocker the services that are there, and no knocker without one", () => {
    const knockers = {
      alice: { services: ["admin", "ssh"], sequence: "7300,9500,8400" },
      bob: { services: ["db"], sequence: "7301,9501,8401" },
    };
    const groups = { web: { hosts: ["web-1"], services: ["ssh"] } };
    expect(on("web-1", { ...FLEET, knockers, groups }).knockers).toEqual(["alice: ssh"]);
    expect(on("jump", { ...FLEET, knockers, groups }).knockers).toEqual(["alice: admin, ssh", "bob: db"]);
  });

  it("is one object for hosts in which it is the same, however that is written", () => {
    const policyOf = hostPolicies(
      parseFleetPolicy({
        ...FLEET,
        groups: {
          web: { hosts: ["web-1"], openPorts: ["80", "443"] },
          some: { hosts: ["web-2"], openPorts: ["443"] },
        },
        hosts: { ...HOSTS, "web-2": { ...HOSTS["web-2"], openPorts: ["80"] } },
      }),
    );
    expect(policyOf("web-1").policy).toBe(policyOf("web-2").policy);
    expect(policyOf("db-1").policy).toBe(policyOf("jump").policy);
    expect(policyOf("db-1").policy).not.toBe(policyOf("web-1").policy);
  });

  it("is drawn for what it has: a port that is open there is no knock there", () => {
    const derive = "c0".repeat(32);
    const derived = { ...FLEET, derive, services: { ssh: { ports: ["22"], sequence: "derived" } } };
    const knocksOf = (input: object) =>
      hostPolicies(parseFleetPolicy(input))("web-1").policy.services.flatMap(({ opening }) =>
        opening.kind === "own" ? opening.sequence.map(({ port }) => port) : [],
      );
    const [first = 0] = knocksOf(derived);
    const openPorts = [`${first}`];
    const elsewhere = { ...derived, groups: { db: { hosts: ["db-1"], openPorts } } };
    expect(knocksOf(elsewhere)).toContain(first);
    const there = { ...derived, groups: { web: { hosts: ["web-1"], openPorts } } };
    expect(knocksOf(there)).not.toContain(first);
  });
});

describe("what is refused of hosts that differ", () => {
  it("is told all at once, each where it is written", () => {
    expect(
      problemsOf({
        ...FLEET,
        groups: {
          web: { hosts: ["web-1", "nobody"], services: ["mail"] },
          empty: { hosts: ["db-1"], services: [] },
          one: { hosts: ["web-1", "web-2"], services: ["ssh"] },
          other: { hosts: ["web-1", "web-2"], services: ["db"] },
          odd: { hosts: ["jump"], exceptNetworks: ["10.0.0.0/8"], openPort: [] },
        },
        hosts: { ...HOSTS, jump: { ...HOSTS["jump"], services: ["ssh", "mail"], allow: ["somewhere"] } },
      }),
    ).toEqual([
      "groups.empty.services: names no service; name at least one, or leave it out to have them all",
      "groups.odd: has an unknown field, openPort; write openPorts if that is meant; known are hosts, services, allow, openPorts, exceptNetworks, openPortsFrom",
      "groups.odd.exceptNetworks: needs a baseline; add baseline, or leave it out",
      "groups.other.services: are others than those of one, and web-1, web-2 are in both groups; leave each host in one of them, or say at the host which services it has",
      "groups.web.hosts[1]: is not there; name one that is in hosts",
      "groups.web.services[0]: is not there; known are admin, db, ssh",
      'hosts.jump.allow[0]: is not an address or a network; write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
      "hosts.jump.services[1]: is not there; known are admin, db, ssh",
    ]);
  });

  it("is no conflict of groups where the host says which services it has", () => {
    const groups = {
      one: { hosts: ["web-1"], services: ["ssh"] },
      other: { hosts: ["web-1"], services: ["db"] },
    };
    const hosts = { ...HOSTS, "web-1": { ...HOSTS["web-1"], services: ["ssh", "db"] } };
    expect(problemsOf({ ...FLEET, groups, hosts })).toEqual([]);
  });

  it("is a port with two uses on one host, and no port that has them on two", () => {
    const groups = { web: { hosts: ["web-1"], services: ["ssh"], openPorts: ["5432", "8443"] } };
    expect(problemsOf({ ...FLEET, groups })).toEqual([]);
    expect(problemsOf({ ...FLEET, groups: { web: { ...groups.web, services: ["ssh", "db"] } } })).toEqual([
      "services.db.ports: has a port that openPorts serves, at web-1; a port is either guarded or open",
    ]);
    const twice = { ...SERVICES, other: { ports: ["22"], sequence: "6001,3701,6200" } };
    const apart = {
      web: { hosts: ["web-1", "web-2"], services: ["other"] },
      rest: { hosts: ["db-1", "jump"], services: ["ssh", "db", "admin"] },
    };
    expect(problemsOf({ ...FLEET, services: twice, groups: apart })).toEqual([]);
    expect(problemsOf({ ...FLEET, services: twice, groups: { web: apart.web } })).toEqual([
      "services.ssh.ports: has a port that other guards too, at db-1, jump; give each port to one service",
    ]);
  });

  it("is a knock that is open at a host", () => {
    const groups = { web: { hosts: ["web-1"], openPorts: ["9001"] } };
    expect(problemsOf({ ...FLEET, groups })).toEqual([
      "services.ssh.sequence: knock 2 is a port that openPorts serves, at web-1; choose another",
    ]);
  });

  it("is no conflict that a host may still decide, and no lock-out where it is a typing error", () => {
    const groups = { all: { hosts: Object.keys(HOSTS), allow: ["198.51.100.7"], alow: [] } };
    expect(problemsOf({ ...FLEET, allow: [], groups })).toEqual([
      "groups.all: has an unknown field, alow; write allow if that is meant; known are hosts, services, allow, openPorts, exceptNetworks, openPortsFrom",
    ]);
  });

  it("repeats no name that is none: it may be a misplaced sequence", () => {
    const services = { "7000,8000,9000": SERVICES.ssh, ssh: SERVICES.ssh };
    expect(
      problemsOf({ ...FLEET, services, groups: { web: { hosts: ["web-1"], services: ["mail"] } } }),
    ).toEqual([
      "groups.web.services[0]: is not there; known are ssh",
      "services: name 1 is not a name; begin with a letter, then letters, digits and dashes, 32 at most",
    ]);
  });

  it("is a service without the one whose sequence opens it", () => {
    const services = { ...SERVICES, mosh: { ports: ["60000-60010/udp"], sequenceOf: "ssh" } };
    const groups = { web: { hosts: ["web-1"], services: ["mosh"] } };
    expect(problemsOf({ ...FLEET, services, groups })).toEqual([
      "groups.web.services: name mosh without ssh, whose sequence opens it; add ssh, or leave mosh out",
    ]);
  });

  it("is a host at which Pulumi would be locked out, and no other one", () => {
    const groups = {
      web: { hosts: ["web-1", "web-2"], allow: ["198.51.100.7"] },
      db: { hosts: ["db-1"], services: ["db"] },
    };
    expect(problemsOf({ ...FLEET, allow: [], groups })).toEqual([
      "hosts.jump.connection: ssh guards the port through which Pulumi connects, and nothing lets Pulumi in: allow is empty, and there is no proxy; add the deployer's address to allow, or connect through a proxy whose address is there",
    ]);
  });

  it("is a host where the deployer may open nothing, with what to do", () => {
    const knockers = { ci: { services: ["admin"], sequence: "7300,9500,8400" } };
    const groups = {
      web: { hosts: ["web-1"], services: ["ssh"] },
      rest: { hosts: ["web-2", "db-1", "jump"], services: ["admin"] },
    };
    expect(problemsOf({ ...FLEET, allow: [], knockers, deployer: "ci", groups })).toEqual([
      "hosts.web-1.connection: ssh guards the port through which Pulumi connects, and ci may not open ssh; add ssh to knockers.ci.services",
    ]);
  });
});

describe("what the program knocks with", () => {
  const knockers = { ci: { services: ["ssh"], sequence: "7300,9500,8400" } };
  const input = { ...FLEET, allow: [], knockers, deployer: "ci", openPorts: ["80"] };

  it("is the deployer's, also where the host's new rules have none of his services: its old ones may", () => {
    const policyOf = hostPolicies(
      parseFleetPolicy({ ...input, groups: { db: { hosts: ["db-1"], services: ["admin"] } } }),
    );
    expect(deployerOpenings(policyOf("db-1").policy)).toEqual([]);
    const { elsewhere } = policyOf("db-1");
    expect(elsewhere && deployerOpenings(elsewhere.policy).map(({ name }) => name)).toEqual(["ci", "ssh"]);
    expect(policyOf("web-1").elsewhere).toBeUndefined();
  });

  it("needs no policy whose rules hold together", () => {
    const derive = "c0".repeat(32);
    const services = {
      ssh: { ports: ["22"], sequence: "derived" },
      other: { ports: ["22"], sequence: "6001,3701,6200" },
    };
    const groups = {
      one: { hosts: ["web-1", "web-2"], services: ["ssh"], openPorts: ["3701"] },
      rest: { hosts: ["db-1", "jump"], services: ["other"] },
    };
    const policyOf = hostPolicies(parseFleetPolicy({ ...FLEET, derive, services, groups }));
    expect([...(policyOf("jump").elsewhere?.derived ?? [])]).toEqual(["services.ssh.sequence"]);
  });
});

describe("what is warned of where hosts differ", () => {
  it("is of the group or host that brings it", () => {
    const groups = { web: { hosts: ["web-1", "web-2"], allow: ["8.0.0.0/7"] } };
    const hosts = { ...HOSTS, "db-1": { ...HOSTS["db-1"], openPorts: ["80"] } };
    expect(warningsOf({ ...FLEET, groups, hosts })).toEqual([
      "groups.web.allow: holds 8.0.0.0/7, where nobody needs to knock; name smaller networks",
      "hosts.db-1.openPorts: are tolerated, not opened: without a baseline the table only takes away; open them in the host's own firewall if it has one, or add baseline",
    ]);
  });

  it("is once of what all have", () => {
    const groups = { web: { hosts: ["web-1", "web-2"], openPorts: ["80"] } };
    expect(warningsOf({ ...FLEET, allow: ["8.0.0.0/7"], groups })).toEqual([
      "allow: holds 8.0.0.0/7, where nobody needs to knock; name smaller networks",
      "groups.web.openPorts: are tolerated, not opened: without a baseline the table only takes away; open them in the host's own firewall if it has one, or add baseline",
    ]);
  });

  it("is a service at no host, and a group without any", () => {
    const some = { hosts: Object.keys(HOSTS), services: ["ssh", "db"] };
    expect(warningsOf({ ...FLEET, groups: { some, none: { hosts: [] } } })).toEqual([
      "groups.none.hosts: names no host; name those that are in it, or take the group out",
      "services.admin: is at no host; name it in the services of a group or host, or take it out",
    ]);
  });
});
