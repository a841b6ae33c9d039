import { describe, expect, it } from "vitest";
import { problemsOf, ssh } from "../support/problemsOf";

const from = ["192.0.2.0/24"];
const host = (baseline: object, openPorts: readonly string[] = []) => ({
  ...ssh({ ports: ["22-30"], closeSequence: "7100,8100/udp" }),
  openPorts,
  baseline,
});

describe("a trap", () => {
  it.each(["22", "1-22", "30/tcp", "25"])("rejects %s, which is guarded", (trap) => {
    expect(problemsOf(host({ traps: [trap] }))).toEqual([
      "services.ssh.ports: has a port that is a trap; a port is either guarded or a trap",
    ]);
  });

  it.each(["80", "79-81"])("rejects %s, which is open", (trap) => {
    expect(problemsOf(host({ traps: [trap] }, ["80"]))).toEqual([
      "baseline.traps: has a port that openPorts serves; leave it to one of the two",
    ]);
  });

  it("rejects a port that is open to some sources", () => {
    const openPortsFrom = [{ ports: ["9100-9199"], from }];
    expect(problemsOf(host({ traps: ["9150"], openPortsFrom }))).toEqual([
      "baseline.traps: has a port that baseline.openPortsFrom opens; leave it to one of the two",
    ]);
  });

  it.each([
    ["8000", "sequence: knock 2"],
    ["8999-9001", "sequence: knock 3"],
    ["8100/udp", "closeSequence: knock 2"],
  ])("rejects %s, which is a knock", (trap, knock) => {
    expect(problemsOf(host({ traps: [trap] }))).toEqual([
      `services.ssh.${knock} is a port that is a trap; choose another`,
    ]);
  });

  it("rejects a knock of the unban sequence", () => {
    expect(problemsOf(host({ traps: ["6000"], unbanSequence: "5000,6000" }))).toEqual([
      "baseline.unbanSequence: knock 2 is a port that is a trap; choose another",
    ]);
  });

  it("may be anything else", () => {
    const openPortsFrom = [{ ports: ["9100"], from }];
    const traps = ["21", "31", "22/udp", "80/udp", "81", "8000/udp", "8001", "8100", "9099", "9100/udp"];
    expect(problemsOf(host({ traps, openPortsFrom }, ["80"]))).toEqual([]);
  });
});

describe("a port that is open to some sources", () => {
  const opening = (...ports: readonly string[]) => ({ openPortsFrom: [{ ports, from }] });

  it.each(["22", "30-40", "1-65/tcp"])("rejects %s, which is guarded", (port) => {
    expect(problemsOf(host(opening(port)))).toEqual([
      "services.ssh.ports: has a port that baseline.openPortsFrom opens; a port is either guarded or open",
    ]);
  });

  it.each(["80", "79-81"])("rejects %s, which is open to everybody", (port) => {
    expect(problemsOf(host(opening(port), ["80"]))).toEqual([
      "baseline.openPortsFrom: has a port that openPorts serves; leave it to one of the two",
    ]);
  });

  it.each([
    ["8000", "sequence: knock 2"],
    ["8100/udp", "closeSequence: knock 2"],
  ])("rejects %s, which is a knock", (port, knock) => {
    expect(problemsOf(host(opening(port)))).toEqual([
      `services.ssh.${knock} is a port that baseline.openPortsFrom opens; choose another`,
    ]);
  });

  it("rejects a knock of the unban sequence", () => {
    expect(problemsOf(host({ ...opening("5000"), unbanSequence: "5000,6000" }))).toEqual([
      "baseline.unbanSequence: knock 1 is a port that baseline.openPortsFrom opens; choose another",
    ]);
  });

  it("may be anything else", () => {
    const ports = ["21", "31", "22/udp", "80/udp", "81", "8000/udp", "8001", "8100"];
    expect(problemsOf(host(opening(...ports), ["80"]))).toEqual([]);
  });
});
