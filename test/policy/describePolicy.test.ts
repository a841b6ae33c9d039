import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseFacts, printFacts } from "../../components/policy/describeFacts";
import { describePolicy, policyFacts, type ReviewedHost } from "../../components/policy/describePolicy";
import { parsePolicy } from "../../components/policy/parsePolicy";
import type { Knock, Policy } from "../../components/policy/policy";

const HOSTS: readonly ReviewedHost[] = [
  { name: "web-2", place: { kind: "shown", user: "root", address: "2001:db8::2", port: 22 } },
  {
    name: "web-1",
    place: { kind: "shown", user: "deploy", address: "192.0.2.1", port: 2222 },
    proxy: { kind: "secret" },
  },
  { name: "web-3", place: { kind: "notKnownYet" } },
];

describe("the review text", () => {
  it("says of a small policy what is guarded and how, and which hosts it is for", () => {
    const policy = parsePolicy({
      services: { ssh: { ports: ["22"], sequence: "7000,8000/udp,9000" } },
      allow: ["198.51.100.7"],
    });
    expect(describePolicy(policy, HOSTS)).toBe(`allow = 198.51.100.7/32
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
    const policy = parsePolicy({
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
        web: { ports: ["8443"], sequenceOf: "ssh", accessWindow: "8h" },
      },
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
      log: { refusals: true, linesPerMinute: 10 },
      rollbackTimeout: "90s",
    });
    expect(describePolicy(policy, [])).toBe(`baseline.blacklistTime = 2h
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
guardedAnswer = drop
identity.ipv4Prefix = 24
identity.ipv6Prefix = 64
log.admissions = true
log.linesPerMinute = 10
log.refusals = true
openPorts = 443/tcp
openPorts = 80/tcp
profile = baseline
rollbackTimeout = 90s
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
services.web.ports = 8443/tcp
services.web.sequenceOf = ssh
`);
  });

  it("is the same whatever the order in which the hosts are given", () => {
    const policy = parsePolicy({ services: { ssh: { ports: ["22"], sequence: "7000,8000/udp" } } });
    expect(describePolicy(policy, HOSTS.toReversed())).toBe(describePolicy(policy, HOSTS));
  });
});

const golden = join(import.meta.dirname, "../golden");
const cases = readdirSync(golden, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe.each(cases)("the review text of %s", (name) => {
  const policy = parsePolicy(JSON.parse(readFileSync(join(golden, name, "policy.json"), "utf8")));
  const text = describePolicy(policy, HOSTS);

  it("is the same whatever ports the sequences have", () => {
    expect(describePolicy(withPorts(policy), HOSTS)).toBe(text);
  });

  it("reads back as the facts that it was made of", () => {
    expect(printFacts(parseFacts(text))).toBe(text);
    expect(parseFacts(text)).toHaveLength(policyFacts(policy, HOSTS).length);
  });
});

/** The policy with other ports in every sequence. */
function withPorts(policy: Policy): Policy {
  const changed = (knocks: readonly Knock[]): readonly Knock[] =>
    knocks.map(({ protocol, port }) => ({ protocol, port: port === 1 ? 2 : 1 }));
  const { profile, services } = policy;
  return {
    ...policy,
    profile:
      profile.kind === "guard" ? profile : { ...profile, unbanSequence: changed(profile.unbanSequence) },
    services: services.map((service) => {
      const { opening } = service;
      return opening.kind === "shared"
        ? service
        : {
            ...service,
            opening: {
              ...opening,
              sequence: changed(opening.sequence),
              closeSequence: changed(opening.closeSequence),
            },
          };
    }),
  };
}
