import { describe, expect, it } from "vitest";
import { FIELDS } from "../../components/outline/fields";
import { outlineOf } from "../../components/outline/outline";
import { printOutline } from "../../components/outline/printOutline";
import type { Place } from "../../components/outline/reach";
import { readOutline } from "../../components/outline/readOutline";
import { withoutUndrawn } from "../../components/policy/hostPolicy";
import type { FleetPolicy, Knock, Reach } from "../../components/policy/policy";
import { parseFleetPolicy } from "../../components/policy/written/parsePolicy";
import { goldenNames, goldenPolicy } from "../support/goldens";
import { withKnocks } from "../support/withKnocks";

const HOSTS: readonly Reach<Place>[] = [
  { name: "web-2", place: { kind: "shown", user: "root", address: "2001:db8::2", port: 22 } },
  {
    name: "web-1",
    place: { kind: "shown", user: "deploy", address: "192.0.2.1", port: 2222 },
    proxy: { kind: "secret" },
  },
  { name: "web-3", place: { kind: "notKnownYet" } },
];

const textOf = (policy: FleetPolicy, hosts: readonly Reach<Place>[]): string =>
  printOutline(outlineOf(policy, hosts));

describe("the review text", () => {
  it("says of a small policy what is guarded and how, and which hosts it is for", () => {
    const policy = parseFleetPolicy({
      services: { ssh: { ports: ["22"], sequence: "7000,8000/udp,9000" } },
      allow: ["198.51.100.7"],
    });
    expect(textOf(policy, HOSTS)).toBe(`allow = 198.51.100.7/32
guardedAnswer = reject
hosts.web-1 = deploy@192.0.2.1:2222 via (secret)
hosts.web-2 = root@[2001:db8::2]:22
hosts.web-3 = (not known yet)
identity.ipv4Prefix = 32
identity.ipv6Prefix = 128
profile = guard
rollbackTimeout = 1m
services.ssh.access = window
services.ssh.accessWindow = 10s
services.ssh.knockTimeout = 5s
services.ssh.knocks = 3: tcp, udp, tcp
services.ssh.ports = 22/tcp
`);
  });

  it("says of a large policy every choice that somebody made", () => {
    const policy = parseFleetPolicy({
      services: {
        ssh: {
          ports: ["22", "2200-2210"],
          sequence: "7000,8000/udp,9000",
          closeSequence: "9100,8100/udp",
          knockTimeout: "10s",
          accessWindow: "1h",
          access: "once",
          unban: true,
        },
        web: { ports: ["8443"], sequenceOf: "ssh", accessWindow: "8h", flowTimeout: "2d" },
        git: { ports: ["9418"] },
      },
      knockers: {
        alice: { services: ["git"], sequence: "7300/udp,8400", until: "2027-01-31T19:00:00+01:00" },
        bob: { services: ["git", "web"], token: "c0".repeat(32), unban: true },
      },
      deployer: "alice",
      allow: ["198.51.100.7"],
      openPorts: ["80", "443"],
      guardedAnswer: "drop",
      identity: { ipv4Prefix: 24, ipv6Prefix: 64 },
      baseline: {
        ping: { perSecond: 5, burst: 10, from: ["10.0.0.0/8"] },
        blacklistTime: "2h",
        synsPerSecond: 100,
        traps: ["23", "3389"],
        exceptNetworks: ["10.0.0.0/8"],
        openPortsFrom: [{ ports: ["5432", "9187"], from: ["10.1.0.0/16", "10.2.0.0/16"] }],
        forward: "reject",
        unbanSequence: "9321,7200/udp,8200",
        unbanKnockTimeout: "7s",
      },
      log: { refusals: true, stages: true, linesPerMinute: 10 },
      rollbackTimeout: "90s",
      groups: {
        web: {
          hosts: ["web-4", "web-3"],
          services: ["ssh", "web"],
          allow: ["203.0.113.7"],
          openPorts: ["8080"],
          exceptNetworks: ["192.168.0.0/16"],
          openPortsFrom: [{ ports: ["9150"], from: ["192.168.7.0/24"] }],
        },
      },
      hosts: { "web-3": { openPorts: ["8081"] }, "web-4": {} },
      rollout: { canaries: ["web-3"], batch: 10 },
    });
    const network = { family: 6, cidr: "2001:db8:1:2::/64" } as const;
    const tokenNetworks = [{ host: "web-3", network }];
    const text = textOf({ ...policy, tokenNetworks }, HOSTS.slice(2));
    const names = Object.values(FIELDS).flatMap((fields) => Object.values(fields).map(({ name }) => name));
    expect(names.filter((name) => !new RegExp(`(^|\\.)${name} = `, "m").test(text))).toEqual([]);
    expect(text).toBe(`allow = 198.51.100.7/32
baseline.blacklistTime = 2h
baseline.exceptNetworks = 10.0.0.0/8
baseline.forward = reject
baseline.openPortsFrom = 5432/tcp from 10.1.0.0/16
baseline.openPortsFrom = 5432/tcp from 10.2.0.0/16
baseline.openPortsFrom = 9187/tcp from 10.1.0.0/16
baseline.openPortsFrom = 9187/tcp from 10.2.0.0/16
baseline.ping.burst = 10
baseline.ping.from = 10.0.0.0/8
baseline.ping.perSecond = 5
baseline.synsPerSecond = 100
baseline.traps = 23/tcp
baseline.traps = 3389/tcp
baseline.unbanKnockTimeout = 7s
baseline.unbanKnocks = 3: tcp, udp, tcp
deployer = alice
groups.web.allow = 203.0.113.7/32
groups.web.exceptNetworks = 192.168.0.0/16
groups.web.hosts = web-3
groups.web.hosts = web-4
groups.web.openPorts = 8080/tcp
groups.web.openPortsFrom = 9150/tcp from 192.168.7.0/24
groups.web.services = ssh
groups.web.services = web
guardedAnswer = drop
hosts.web-3 = (not known yet)
hosts.web-3.openPorts = 8081/tcp
hosts.web-3.tokenNetwork = 2001:db8:1:2::/64
identity.ipv4Prefix = 24
identity.ipv6Prefix = 64
knockers.alice.knockTimeout = 5s
knockers.alice.knocks = 2: udp, tcp
knockers.alice.services = git
knockers.alice.until = 2027-01-31T18:00:00Z
knockers.bob.knockTimeout = 5s
knockers.bob.services = git
knockers.bob.services = web
knockers.bob.token = true
knockers.bob.unban = true
log.admissions = true
log.linesPerMinute = 10
log.refusals = true
log.stages = true
openPorts = 443/tcp
openPorts = 80/tcp
profile = baseline
rollbackTimeout = 90s
rollout.batch = 10
rollout.canaries = web-3
services.git.access = window
services.git.accessWindow = 10s
services.git.ports = 9418/tcp
services.ssh.access = once
services.ssh.accessWindow = 1h
services.ssh.closeKnocks = 2: tcp, udp
services.ssh.knockTimeout = 10s
services.ssh.knocks = 3: tcp, udp, tcp
services.ssh.ports = 22/tcp
services.ssh.ports = 2200-2210/tcp
services.ssh.unban = true
services.web.access = window
services.web.accessWindow = 8h
services.web.flowTimeout = 2d
services.web.ports = 8443/tcp
services.web.sequenceOf = ssh
`);
  });

  it("is the same whatever the order in which the hosts are given", () => {
    const policy = parseFleetPolicy({ services: { ssh: { ports: ["22"], sequence: "7000,8000/udp" } } });
    expect(textOf(policy, HOSTS.toReversed())).toBe(textOf(policy, HOSTS));
  });
});

describe.each(goldenNames)("the review text of %s", (name) => {
  const policy = parseFleetPolicy(goldenPolicy(name));
  const text = textOf(policy, HOSTS);

  it("is the same whatever ports the sequences have", () => {
    const other = ({ protocol, port }: Knock): Knock => ({ protocol, port: port === 1 ? 2 : 1 });
    const { groups, ownDifferences } = policy;
    const others = withKnocks(withoutUndrawn(policy), other);
    expect(textOf({ ...others, groups, ownDifferences }, HOSTS)).toBe(text);
  });

  it("reads back as the outline that it was made of", () => {
    expect(readOutline(text)).toEqual(outlineOf(policy, HOSTS));
  });
});
