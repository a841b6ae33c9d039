import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { hostPayload, runVerb, snapshot } from "../support/hostPayload";
import { probeFrom } from "../support/probeFrom";

interface Case {
  readonly what: string;
  readonly user: "root" | "deploy";
  readonly make: string;
  readonly undo: string;
  readonly reason: string;
  /** Whether it is our script that says so, to an apply of root in the same words. */
  readonly isOurs?: boolean;
}

const KEYS = "/home/deploy/.ssh/authorized_keys";
const forced = (command: string) => ({
  user: "deploy" as const,
  make: `cp -a ${KEYS} /root/keys; sed -i 's#^#command="${command}" #' ${KEYS}`,
  undo: `mv /root/keys ${KEYS}`,
});
const sudoers = (lines: string) => ({
  user: "deploy" as const,
  isOurs: true,
  make: `mv /etc/sudoers.d/deploy /root/; printf '${lines}\\n' >/etc/sudoers.d/zz`,
  undo: "rm /etc/sudoers.d/zz; mv /root/deploy /etc/sudoers.d/",
});
const account = (change: string) => ({
  user: "deploy" as const,
  make: `cp -a /etc/passwd* /etc/shadow* /root/; ${change}`,
  undo: "cp -a /root/passwd* /root/shadow* /etc/",
});
const bashrc = (line: string) => ({
  user: "root" as const,
  make: `cp /root/.bashrc /root/rc; echo '${line}' >/root/.bashrc`,
  undo: "mv /root/rc /root/.bashrc",
});
const readOnly = (folder: string) => ({
  user: "root" as const,
  isOurs: true,
  make: `mount --bind ${folder} ${folder}; mount -o remount,bind,ro ${folder}`,
  undo: `umount ${folder}`,
  reason: `${folder === "/etc" ? "/etc/systemd/system" : "/var/lib"} cannot be written; mount it read-write: what survives a reboot is kept there`,
});
const CLOSED = "lets user deploy in and closes the connection, saying";
const EXPIRED = "look for /etc/nologin, and whether the account has expired";
const NOT_OURS = "look at this user's shell, at what it runs at login, and at forced commands of sshd";

/** The probe has said more by then. */
const NOT_ROOT = "user deploy may not become root; connect as root, or give this user passwordless sudo";

const CASES: readonly Case[] = [
  {
    what: "/etc/nologin",
    user: "deploy",
    make: "printf 'down \\033[31muntil noon\\nor later\\n' >/etc/nologin",
    undo: "rm /etc/nologin",
    reason: `${CLOSED} "down \\u{1b}[31muntil noon"; ${EXPIRED}`,
  },
  {
    what: "an account that expired",
    ...account("chage -E 0 deploy"),
    reason: `${CLOSED} "Your account has expired; please contact your system administrator."; ${EXPIRED}`,
  },
  {
    what: "a password that expired",
    ...account("chage -d 0 deploy"),
    reason: `did not run our script, and says "WARNING: Your password has expired."; ${NOT_OURS}`,
  },
  {
    what: "an account without a shell",
    ...account("usermod -s /usr/sbin/nologin deploy"),
    reason: `did not run our script, and says "This account is currently not available."; ${NOT_OURS}`,
  },
  {
    what: "a forced command that says nothing",
    ...forced("true"),
    reason: `did not run our script; ${NOT_OURS}`,
  },
  {
    what: "a forced command that speaks",
    ...forced("echo state guarded; echo portknock-end"),
    reason: `did not run our script, and says "state guarded"; ${NOT_OURS}`,
  },
  {
    what: "a key for sftp alone",
    ...forced("internal-sftp"),
    reason: `did not run our script, and says "This service allows sftp connections only."; ${NOT_OURS}`,
  },
  {
    what: "a login that does not stop talking",
    ...bashrc("yes talk"),
    reason: `does not stop talking, and says "talk"; ${NOT_OURS}`,
  },
  {
    what: "a .bashrc that reads",
    ...bashrc("cat >/dev/null"),
    reason: "something on this host reads standard input first, like a .bashrc",
  },
  {
    what: "requiretty",
    ...sudoers("Defaults requiretty\\ndeploy ALL=(ALL) NOPASSWD: ALL"),
    reason:
      "sudo wants a terminal from user deploy; switch requiretty off in sudoers (Defaults:deploy !requiretty)",
  },
  {
    what: "sudo for some commands alone",
    ...sudoers("deploy ALL=(ALL) ALL\\ndeploy ALL=(ALL) NOPASSWD: /usr/bin/apt"),
    reason:
      "sudo lets user deploy run some commands without a password, and not all; give this user passwordless sudo for all (deploy ALL=(ALL) NOPASSWD: ALL)",
  },
  {
    what: "sudo with a password",
    ...sudoers("deploy ALL=(ALL) ALL"),
    reason: "user deploy may not become root; connect as root, or give this user passwordless sudo",
  },
  {
    what: "a sudo that refuses everybody",
    user: "deploy",
    isOurs: true,
    make: "chmod 666 /etc/sudoers",
    undo: "chmod 440 /etc/sudoers",
    reason:
      "sudo refuses user deploy (/etc/sudoers is world writable); connect as root, or give this user passwordless sudo",
  },
  {
    what: "no sudo",
    user: "deploy",
    isOurs: true,
    make: "mv /usr/bin/sudo /root/sudo",
    undo: "mv /root/sudo /usr/bin/sudo",
    reason:
      "user deploy is not root, and sudo is missing; connect as root, or install sudo and give this user passwordless sudo",
  },
  {
    what: "no CAP_NET_ADMIN",
    user: "root",
    isOurs: true,
    make: "mkdir /run/systemd/system/ssh.service.d; printf '[Service]\\nCapabilityBoundingSet=~CAP_NET_ADMIN\\n' >/run/systemd/system/ssh.service.d/x.conf; systemctl daemon-reload; systemctl restart ssh",
    undo: "rm -r /run/systemd/system/ssh.service.d; systemctl daemon-reload; systemctl restart ssh",
    reason:
      "nft may not read or change the rules here; give this container, or what starts sshd, the capability CAP_NET_ADMIN",
  },
  { what: "a read-only /etc", ...readOnly("/etc") },
  { what: "a read-only /var", ...readOnly("/var") },
];

describe.skipIf(labProblem() !== undefined)("a host that cannot be guarded", () => {
  let lab: Lab;
  let host: LabHost;
  const payload = hostPayload();

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
  });
  afterAll(() => lab?.dispose());

  it.each(CASES)("says so at once, and what to do: $what", async ({ user, make, undo, reason, isOurs }) => {
    const before = await snapshot(host);
    await host.run(make);
    try {
      const { result, seconds, megabytes } = await probeFrom(lab, host, user);
      expect(result).toEqual({ kind: "unfit", reason });
      expect(seconds).toBeLessThan(15);
      expect(megabytes).toBeLessThan(250);
      if (isOurs) {
        const stderr = `portknock: web-1: ${user === "root" ? reason : NOT_ROOT}\n`;
        expect(await runVerb(lab, host, "apply", payload, { user })).toEqual({
          exitCode: 1,
          stdout: "",
          stderr,
        });
      }
    } finally {
      await host.run(undo);
    }
    expect(await snapshot(host)).toBe(before);
  });

  it("is none for what its login prints", async () => {
    await host.run(
      "cp /root/.bashrc /root/rc; printf '%s\\n' \"printf 'motd\\nstate guarded\\nattempt x\\nportknock-end\\n\\033[0m'\" \"printf 'portknock: \\033[0m' >&2\" >/root/.bashrc",
    );
    const { result } = await probeFrom(lab, host, "root");
    expect(result).toMatchObject({ kind: "answered", status: { kind: "unguarded" } });
    await host.run("mv /root/rc /root/.bashrc");
  });
});
