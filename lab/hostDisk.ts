import { randomUUID } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { runCommand } from "./runCommand";

export interface HostDisk {
  /** Where the host's root file system is mounted on this machine. */
  readonly root: string;
  /** "ssh-ed25519 AAAA…" */
  readonly hostKey: string;
}

export interface HostDiskOptions {
  readonly folder: string;
  readonly base: string;
  readonly name: string;
  readonly authorizedKey: string;
}

/** Lays a writable layer over a base image and makes it this host's: name, keys, users, nothing slow at boot. */
export async function createHostDisk({
  folder,
  base,
  name,
  authorizedKey,
}: HostDiskOptions): Promise<HostDisk> {
  const root = join(folder, "root");
  const upper = join(folder, "upper");
  const work = join(folder, "work");
  for (const path of [root, upper, work]) mkdirSync(path, { recursive: true });
  // `volatile` leaves syncs out: a power cut is the end of all processes here, what was written stays written.
  const options = `lowerdir=${base},upperdir=${upper},workdir=${work},volatile`;
  await runCommand(["mount", "-t", "overlay", "overlay", "-o", options, root]);
  const hostKey = await createHostKey(root, name);
  identify(root, name);
  for (const [path, text] of Object.entries(settings(root))) put(root, path, text);
  for (const unit of maskedUnits) mask(root, unit);
  put(root, "/root/.ssh/authorized_keys", `${authorizedKey}\n`, 0o600);
  addUser(root, { name: "deploy", id: 2001, authorizedKey });
  addUser(root, { name: "plain", id: 2002, authorizedKey });
  put(root, "/etc/sudoers.d/deploy", "deploy ALL=(ALL:ALL) NOPASSWD: ALL\n", 0o440);
  return { root, hostKey };
}

/** What a container has no use for, or what would run at a random moment. */
const maskedUnits = [
  "apt-daily.timer",
  "apt-daily-upgrade.timer",
  "console-getty.service",
  "dev-hugepages.mount",
  "dpkg-db-backup.timer",
  "e2scrub_all.timer",
  "e2scrub_reap.service",
  "fstrim.timer",
  "getty.target",
  "getty-static.service",
  "proc-sys-fs-binfmt_misc.automount",
  "sys-fs-fuse-connections.mount",
  "systemd-logind.service",
  "systemd-networkd-wait-online.service",
  "systemd-pstore.service",
  "systemd-resolved.service",
  "systemd-tmpfiles-clean.timer",
  "systemd-update-utmp.service",
  "systemd-update-utmp-runlevel.service",
];

function settings(root: string): Readonly<Record<string, string>> {
  // Many quick connections are what tests make: nothing may count or slow them.
  const sshd = [
    "HostKey /etc/ssh/ssh_host_ed25519_key",
    "UseDNS no",
    "MaxSessions 1000",
    "PasswordAuthentication no",
    "PrintMotd no",
  ];
  // OpenSSH 9.8, which split off sshd-session, locks out an address after a few broken connections.
  const penalties = existsSync(join(root, "usr/lib/openssh/sshd-session")) ? ["PerSourcePenalties no"] : [];
  return {
    "/etc/ssh/sshd_config.d/lab.conf": `${[...sshd, ...penalties].join("\n")}\n`,
    "/etc/systemd/journald.conf.d/lab.conf": "[Journal]\nStorage=persistent\nRateLimitIntervalSec=0\n",
    // A lab has no name server: an empty list fails at once where a dead one costs seconds.
    "/etc/resolv.conf": "",
  };
}

async function createHostKey(root: string, name: string): Promise<string> {
  const path = join(root, "etc/ssh/ssh_host_ed25519_key");
  for (const kind of ["ecdsa", "ed25519", "rsa"]) {
    rmSync(join(root, `etc/ssh/ssh_host_${kind}_key`), { force: true });
    rmSync(join(root, `etc/ssh/ssh_host_${kind}_key.pub`), { force: true });
  }
  return createKeyPair(path, name);
}

/** Makes an ed25519 key pair and returns the public half, without its comment. */
export async function createKeyPair(path: string, comment: string): Promise<string> {
  await runCommand(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path]);
  const { stdout } = await runCommand(["ssh-keygen", "-y", "-f", path]);
  return stdout.split(" ").slice(0, 2).join(" ").trim();
}

function identify(root: string, name: string): void {
  put(root, "/etc/hostname", `${name}\n`);
  put(root, "/etc/hosts", `127.0.0.1 localhost ${name}\n::1 localhost ip6-localhost ip6-loopback\n`);
  // Without an id of its own every boot would be the first one, with a journal folder of its own.
  put(root, "/etc/machine-id", `${randomUUID().replaceAll("-", "")}\n`, 0o444);
}

interface User {
  readonly name: string;
  readonly id: number;
  readonly authorizedKey: string;
}

/** By hand: useradd in a chroot takes a tenth of a second. */
function addUser(root: string, { name, id, authorizedKey }: User): void {
  const home = `/home/${name}`;
  appendFileSync(join(root, "etc/passwd"), `${name}:x:${id}:${id}::${home}:/bin/sh\n`);
  appendFileSync(join(root, "etc/group"), `${name}:x:${id}:\n`);
  appendFileSync(join(root, "etc/shadow"), `${name}:*:19000:0:99999:7:::\n`);
  put(root, `${home}/.ssh/authorized_keys`, `${authorizedKey}\n`, 0o600);
  for (const path of [home, `${home}/.ssh`, `${home}/.ssh/authorized_keys`])
    chownSync(join(root, path), id, id);
}

function put(root: string, path: string, text: string, mode = 0o644): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  // Removed first: a base's resolv.conf can be a link to a file of this machine.
  rmSync(file, { force: true });
  writeFileSync(file, text, { mode });
  chmodSync(file, mode);
}

function mask(root: string, unit: string): void {
  const link = join(root, "etc/systemd/system", unit);
  rmSync(link, { force: true });
  symlinkSync("/dev/null", link);
}
