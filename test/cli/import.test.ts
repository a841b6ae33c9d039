import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { portknock, temporaryFile } from "./portknock";

const KNOCKD = `[options]
UseSyslog

[openSSH]
sequence = 7100,8200:udp,9301
seq_timeout = 15
start_command = iptables -A INPUT -s %IP% -p tcp --dport 22 -j ACCEPT
cmd_timeout = 30
stop_command = iptables -D INPUT -s %IP% -p tcp --dport 22 -j ACCEPT
`;

const POLICY = {
  services: {
    openSSH: {
      ports: ["22/tcp"],
      sequence: "7100/tcp,8200/udp,9301/tcp",
      knockTimeout: "15s",
      accessWindow: "30s",
    },
  },
  log: { admissions: true },
};

const NOTES = [
  " line 2: is the daemon's log; the kernel's log of the host has who came in, as log.admissions says; read it with journalctl -k, or take log out",
  " line 6: seq_timeout is for the whole sequence, and knockTimeout for each gap: it is as long, so that whoever got in still does; shorten knockTimeout, if your clients knock faster",
];
const OF_FIREWALL =
  ": what another table of the host drops stays closed, knocked or not; accept the guarded ports in the old firewall before the update, as docs/how-to/from-knockd.md says";
const OF_JSON = [
  ": the policy holds what opens the ports, and is a secret as the file is; keep it where only its owner may read it",
  ": the policy lets in nobody without a knock; put the address of the machine that runs pulumi up into allow, if it guards SSH",
];

function said(source: string, lines: readonly string[]): string {
  return lines.map((line) => `portknock: ${source}${line}\n`).join("");
}

describe("portknock import", { timeout: 30_000 }, () => {
  it("prints the policy, and what is to be said of it on standard error", async () => {
    const path = temporaryFile("knockd.conf", KNOCKD);
    expect(await portknock(["import", path])).toEqual({
      exitCode: 0,
      stdout: `${JSON.stringify(POLICY, undefined, 2)}\n`,
      stderr: said(path, [...NOTES, ...OF_JSON, OF_FIREWALL]),
    });
  });

  it("prints what portknock check takes", async () => {
    const { stdout } = await portknock(["import", "-"], KNOCKD);
    expect((await portknock(["check", "-"], stdout)).exitCode).toBe(0);
  });

  it("writes a file that only its owner may read, and nothing to standard output", async () => {
    const out = temporaryFile("policy.json", "", 0o644);
    const { exitCode, stdout } = await portknock(["import", "-", "--out", out], KNOCKD);
    expect([exitCode, stdout, statSync(out).mode & 0o777]).toEqual([0, "", 0o600]);
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(POLICY);
  });

  it("prints a program without a port of the sequence", async () => {
    const { exitCode, stdout, stderr } = await portknock(["import", "-", "--format", "typescript"], KNOCKD);
    expect([exitCode, stderr]).toEqual([0, said("standard input", [...NOTES, OF_FIREWALL])]);
    expect(stdout).toMatch(/sequence: config\.requireSecret\("openSSHSequence"\)/);
    expect(stdout).not.toMatch(/7100|8200|9301/);
  });

  it("prints a policy that is refused, and what is wrong with it by line of the file", async () => {
    const { exitCode, stdout, stderr } = await portknock(["import", "-"], KNOCKD.replace("7100", "443"));
    expect([exitCode, JSON.parse(stdout).services.openSSH.sequence]).toEqual([
      1,
      "443/tcp,8200/udp,9301/tcp",
    ]);
    expect(stderr.split("\n").at(-2)).toBe(
      'portknock: standard input line 5: services.openSSH.sequence: knock 1 is a port of a well-known service, which every scan tries; choose a port from 1,024 on that is not listed in docs/operations.md under "Choosing a sequence"',
    );
  });

  it("rejects a file of which no service can be taken over", async () => {
    expect(await portknock(["import", "-"], "[options]\nPidFile = /run/knockd.pid\n")).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: said("standard input", [
        " line 2: belongs to a daemon, and none runs here; forget it",
        ": has no service that could be taken over; see the lines above, or write the policy by hand",
      ]),
    });
  });

  it("rejects a file of none of the programs", async () => {
    expect(await portknock(["import", "-"], JSON.stringify(POLICY))).toEqual({
      exitCode: 2,
      stdout: "",
      stderr: said("standard input", [
        ": is no configuration of knockd, fwknop or iptables; give one, and say whose with --from",
      ]),
    });
  });
});
