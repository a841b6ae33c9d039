import { describe, expect, it } from "vitest";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf, ssh } from "../support/problemsOf";

const tcp = (from: number, to = from) => ({ protocol: "tcp", from, to });
const udp = (from: number, to = from) => ({ protocol: "udp", from, to });
const v4 = (cidr: string) => ({ family: 4, cidr });
const v6 = (cidr: string) => ({ family: 6, cidr });

const profileOf = (baseline: object) => parsePolicy({ ...ssh(), baseline }).profile;
const problemsWith = (baseline: unknown) => problemsOf({ ...ssh(), baseline });

describe("a baseline", () => {
  it("gets every default", () => {
    expect(profileOf({})).toEqual({
      kind: "baseline",
      ping: { perSecond: 1, burst: 4, from: [] },
      blacklistSeconds: 3600,
      synsPerSecond: 60,
      traps: [],
      exceptNetworks: [],
      openPortsFrom: [],
      forward: "drop",
      unbanSequence: [],
      unbanKnockTimeoutSeconds: 5,
    });
    expect(profileOf({ ping: {} })).toEqual(profileOf({}));
  });

  it("keeps what is written, sorted and merged", () => {
    const written = {
      ping: { perSecond: 10_000, burst: 10_000, from: ["fd00::/8", "10.0.0.0/8", "10.1.0.0/16"] },
      blacklistTime: "30d",
      synsPerSecond: 100_000,
      traps: ["23", "139/udp", "21", "22/udp", "3389"],
      exceptNetworks: ["fd00::/8", "192.168.0.0/16", "192.168.1.0/24"],
      openPortsFrom: [
        { ports: ["9100", "53/udp"], from: ["192.168.0.0/16", "10.0.0.0/8"] },
        { ports: ["5432"], from: ["10.0.0.5"] },
      ],
      forward: "reject",
      unbanSequence: "6000,5000/udp",
      unbanKnockTimeout: "5m",
    };
    expect(profileOf(written)).toEqual({
      kind: "baseline",
      ping: { perSecond: 10_000, burst: 10_000, from: [v4("10.0.0.0/8"), v6("fd00::/8")] },
      blacklistSeconds: 2_592_000,
      synsPerSecond: 100_000,
      traps: [tcp(21), tcp(23), tcp(3389), udp(22), udp(139)],
      exceptNetworks: [v4("192.168.0.0/16"), v6("fd00::/8")],
      openPortsFrom: [
        { ports: [tcp(5432)], from: [v4("10.0.0.5/32")] },
        { ports: [tcp(9100), udp(53)], from: [v4("10.0.0.0/8"), v4("192.168.0.0/16")] },
      ],
      forward: "reject",
      unbanSequence: [
        { protocol: "tcp", port: 6000 },
        { protocol: "udp", port: 5000 },
      ],
      unbanKnockTimeoutSeconds: 300,
    });
  });

  it("takes the smallest numbers and times", () => {
    const smallest = { blacklistTime: "1s", unbanKnockTimeout: "1s", synsPerSecond: 1 };
    expect(problemsWith({ ...smallest, ping: { perSecond: 1, burst: 1 }, forward: "accept" })).toEqual([]);
  });

  it.each([[null], [true], ["on"], [[]]])("rejects %j", (baseline) => {
    expect(problemsWith(baseline)).toEqual(["baseline: is missing or of another type; give an object"]);
  });

  const thousands = "is out of range; use a whole number from 1 to 10,000";
  const format = 'write "22", "22/tcp" or "500-600/udp", with ports from 1 to 65,535';
  it.each([
    [{ ping: { perSecond: 0 } }, `baseline.ping.perSecond: ${thousands}`],
    [{ ping: { perSecond: 10_001 } }, `baseline.ping.perSecond: ${thousands}`],
    [{ ping: { perSecond: 0.5 } }, `baseline.ping.perSecond: ${thousands}`],
    [{ ping: { burst: 0 } }, `baseline.ping.burst: ${thousands}`],
    [{ ping: { burst: 10_001 } }, `baseline.ping.burst: ${thousands}`],
    [{ ping: false }, "baseline.ping: is missing or of another type; give an object"],
    [{ ping: { from: [] } }, "baseline.ping.from: names no network; leave it out to answer everybody"],
    [
      { ping: { from: ["lan"] } },
      'baseline.ping.from[0]: is not an address or a network; write "192.0.2.7", "192.168.0.0/16" or "fd00::/8"',
    ],
    [{ ping: { rate: 1 } }, "baseline.ping: has an unknown field, rate; known are perSecond, burst, from"],
    [{ blacklistTime: "0s" }, "baseline.blacklistTime: is out of range; use 1s to 30d"],
    [{ blacklistTime: "31d" }, "baseline.blacklistTime: is out of range; use 1s to 30d"],
    [{ synsPerSecond: 0 }, "baseline.synsPerSecond: is out of range; use a whole number from 1 to 100,000"],
    [
      { synsPerSecond: 100_001 },
      "baseline.synsPerSecond: is out of range; use a whole number from 1 to 100,000",
    ],
    [{ traps: ["23", "telnet"] }, `baseline.traps[1]: is not a port or a range of ports; ${format}`],
    [
      { exceptNetworks: ["10.0.0.1/8"] },
      'baseline.exceptNetworks[0]: has bits set behind its prefix; write "10.0.0.0/8" if that is meant',
    ],
    [{ forward: "route" }, 'baseline.forward: is none of them; write "accept", "drop" or "reject"'],
    [{ unbanSequence: "7000" }, "baseline.unbanSequence: has 1 knock; give 2 to 16, or leave it out"],
    [{ unbanKnockTimeout: "301s" }, "baseline.unbanKnockTimeout: is out of range; use 1s to 5m"],
    [
      { openPortsFrom: [{ ports: [], from: [] }] },
      "baseline.openPortsFrom[0].from: names no network; list at least one, or use openPorts",
      "baseline.openPortsFrom[0].ports: names no port; list at least one",
    ],
    [
      { openPortsFrom: [{ ports: ["9100"], from: ["10.0.0.0/8"] }, { to: 1 }] },
      "baseline.openPortsFrom[1]: has an unknown field, to; known are ports, from",
      "baseline.openPortsFrom[1].from: is missing or of another type; give an array",
      "baseline.openPortsFrom[1].ports: is missing or of another type; give an array",
    ],
    [
      { trap: ["23"] },
      "baseline: has an unknown field, trap; write traps if that is meant; known are ping, blacklistTime, synsPerSecond, traps, exceptNetworks, openPortsFrom, forward, unbanSequence, unbanKnockTimeout",
    ],
  ])("rejects %j", (baseline, ...problems) => {
    expect(problemsWith(baseline)).toEqual(problems);
  });

  it("rejects what is wrong with one field and between the others at once", () => {
    const baseline = { forward: "route", blacklistTime: "0s", traps: ["22"], unbanSequence: "7000,8000" };
    expect(problemsWith(baseline)).toEqual([
      "baseline.blacklistTime: is out of range; use 1s to 30d",
      'baseline.forward: is none of them; write "accept", "drop" or "reject"',
      "services.ssh.ports: has a port that is a trap; a port is either guarded or a trap",
      "services.ssh.sequence: begins with the unban sequence; choose another",
    ]);
  });
});

describe("the unban sequence", () => {
  it.each([
    ["7000,8000,9000", "baseline.unbanSequence: equals the sequence of ssh; choose another"],
    ["7000,8000,9000,6000", "baseline.unbanSequence: begins with the sequence of ssh; choose another"],
    ["7000,8000", "services.ssh.sequence: begins with the unban sequence; choose another"],
    ["6000,5000", "baseline.unbanSequence: equals the close sequence of ssh; choose another"],
    ["6000,2200", "baseline.unbanSequence: knock 2 is a port that a service guards; choose another"],
    ["6000,8800", "baseline.unbanSequence: knock 2 is a port that openPorts serves; choose another"],
  ])("rejects %s beside those of the services", (unbanSequence, problem) => {
    const services = ssh({ ports: ["2200"], closeSequence: "6000,5000" });
    const policy = { ...services, openPorts: ["8800"], baseline: { unbanSequence } };
    expect(problemsOf(policy)).toEqual([problem]);
  });

  it.each(["8000,7000,9000", "7000,8000,9000/udp", "6000,7000"])("may be %s", (unbanSequence) => {
    expect(problemsWith({ unbanSequence })).toEqual([]);
  });
});
