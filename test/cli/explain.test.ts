import { describe, expect, it } from "vitest";
import { portknock } from "./portknock";

const POLICY = JSON.stringify({
  services: {
    ssh: { ports: ["22"], sequence: "10000,2345,3456/udp,11234", accessWindow: "1h" },
    sftp: { ports: ["2222"], sequenceOf: "ssh", access: "once" },
  },
  allow: ["198.51.100.0/24"],
  openPorts: ["80"],
  baseline: {
    traps: ["23"],
    blacklistTime: "2h",
    openPortsFrom: [{ ports: ["5432"], from: ["9.9.9.0/24"] }],
  },
});

async function explain(address: string, port: string): Promise<string> {
  const { stdout, stderr } = await portknock(["explain", "-", "--as", address, "--port", port], POLICY);
  expect(stderr).toBe("");
  return stdout;
}

describe("portknock explain", { timeout: 30_000 }, () => {
  it("says why a guarded port is closed, and what opens it", async () => {
    expect(await explain("8.8.8.8", "2222")).toBe(`8.8.8.8 to 2222/tcp is refused, as a closed port answers

    knocking 1   2222/tcp is guarded by sftp; 8.8.8.8 is not in allow and has not knocked
  > baseline 12  nothing lets it in; guardedAnswer is reject

After the sequence of ssh (4: tcp, tcp, udp, tcp; at most 5s apart) this source is admitted: its first connection within 10s.
`);
  });

  it("says who need not knock", async () => {
    expect(
      await explain("198.51.100.7", "22"),
    ).toBe(`198.51.100.7 to 22/tcp is accepted: who listens there answers

  > knocking 1  22/tcp is guarded by ssh, and 198.51.100.0/24 of allow need not knock
`);
  });

  it("says what a trap does, and that a martian is dropped before it", async () => {
    expect(await explain("8.8.8.8", "23/tcp")).toBe(`8.8.8.8 to 23/tcp is dropped: no answer

    knocking 3 to 6  23/tcp is neither guarded nor open: a knock or not, it is answered as without knocking
  > baseline 11      23/tcp is a trap

8.8.8.8 is on the blacklist from now, until 2h after its last packet.
`);
    expect(await explain("10.1.2.3", "23/tcp")).toBe(`10.1.2.3 to 23/tcp is dropped: no answer

    knocking 3 to 6  23/tcp is neither guarded nor open: a knock or not, it is answered as without knocking
  > baseline 9       10.0.0.0/8 is routed by no network: a martian, which neither baseline.exceptNetworks nor allow has
`);
  });

  it("says without a port what a source meets everywhere", async () => {
    const { stdout } = await portknock(["explain", "-", "--as", "9.9.9.7"], POLICY);
    expect(stdout).toBe(`9.9.9.7 meets

  22/tcp         refused     22/tcp is guarded by ssh; 9.9.9.7 is not in allow and has not knocked
  23/tcp         dropped     23/tcp is a trap
  80/tcp         accepted    80/tcp is in openPorts
  2222/tcp       refused     2222/tcp is guarded by sftp; 9.9.9.7 is not in allow and has not knocked
  5432/tcp       accepted    5432/tcp is open to 9.9.9.0/24
  any other tcp  refused     nothing lets it in; guardedAnswer is reject
  any other udp  refused     nothing lets it in; guardedAnswer is reject
`);
  });

  it("says without an address what a port answers to everybody", async () => {
    const { stdout } = await portknock(["explain", "-", "--port", "22"], POLICY);
    expect(stdout).toBe(`22/tcp answers

  198.51.100.0/24    accepted    22/tcp is guarded by ssh, and 198.51.100.0/24 of allow need not knock
  9.9.9.0/24         refused     22/tcp is guarded by ssh; 9.9.9.0/24 is not in allow and has not knocked
  any other martian  dropped     routed by no network, and in neither baseline.exceptNetworks nor allow
  loopback           accepted    loopback is let through
  anybody else       refused     22/tcp is guarded by ssh; anybody else is not in allow and has not knocked
`);
  });

  it("says that a DHCPv6 reply is let in where others are not", async () => {
    expect(await explain("fe80::1", "546/udp")).toBe(`fe80::1 to 546/udp is refused, as a closed port answers

    knocking 3 to 6  546/udp is neither guarded nor open: a knock or not, it is answered as without knocking
  > baseline 12      nothing lets it in; guardedAnswer is reject

A DHCPv6 reply, which comes from source port 547, is accepted (baseline 10).
`);
    expect(await explain("2620:fe::fe", "546/udp")).not.toContain("DHCPv6");
    expect(await explain("fe80::1", "546/tcp")).not.toContain("DHCPv6");
  });

  it("says of a knock what it says of every other port", async () => {
    const [knock, other] = [await explain("8.8.8.8", "10000"), await explain("8.8.8.8", "10001")];
    expect(knock.replaceAll("10000", "10001")).toBe(other);
  });

  it.each([
    ["8.8.8.0/24", "22", '--as: is not an address; write one like "192.0.2.7" or "2001:db8::7"'],
    ["web-1", "22", '--as: is not an address; write one like "192.0.2.7" or "2001:db8::7"'],
    ["8.8.8.8", "1-2", '--port: is not one port; write "22", "443/tcp" or "53/udp"'],
  ])("rejects --as %s --port %s", async (address, port, problem) => {
    expect(await portknock(["explain", "-", "--as", address, "--port", port], POLICY)).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: `portknock: ${problem}\n`,
    });
  });
});
