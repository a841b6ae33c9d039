import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { install, problem } from "./account.mjs";
import { knownBases } from "./bases.mjs";
import { putInPlace } from "./files.mjs";
import { cache, findOnPath } from "./paths.mjs";
import { run } from "./run.mjs";

const packages = [
  ...[
    "systemd",
    "systemd-sysv",
    "dbus",
    "openssh-server",
    "openssh-client",
    "nftables",
    "iproute2",
    "procps",
  ],
  ...["sudo", "python3", "nmap", "linux-image-cloud-amd64", "zstd"],
].join(",");

/** The archive itself: a mirror of the security updates may name a kernel that it no longer has. */
const archive = "deb http://deb.debian.org/debian";

const agentUnit = `[Unit]
Description=Does what the machine that runs this guest says

[Service]
ExecStart=/usr/bin/python3 /dev/vdb

[Install]
WantedBy=multi-user.target
`;

/** Disks of whole machines, with the kernels of their releases, by name of the release. */
export async function ensureGuests() {
  for (const name of knownBases) {
    if (!existsSync(join(guestFolder(name), "disk.img"))) await makeGuest(name);
  }
}

async function makeGuest(name) {
  const missing = ["mmdebstrap", "mkfs.ext4", "qemu-system-x86_64"].find(
    (tool) => findOnPath(tool) === undefined,
  );
  if (process.getuid?.() !== 0 || missing !== undefined) {
    const remedy =
      missing === undefined ? "run set-up once as root" : `install ${missing}, then run set-up again`;
    problem(`no ${name} machine with its own kernel`, remedy);
    return;
  }
  try {
    await install(`${name} machine with its own kernel`, "some minutes, once", () =>
      putInPlace(guestFolder(name), (next) => fill(next, name)),
    );
  } catch (error) {
    problem(`no ${name} machine with its own kernel`, "see to the error, then run set-up again", error);
  }
}

async function fill(next, name) {
  const system = join(next, "system");
  mkdirSync(next, { recursive: true });
  const progress = `${name} machine`;
  await run(
    "mmdebstrap",
    ["--variant=minbase", `--include=${packages}`, name, system, `${archive} ${name} main`],
    {
      progress,
    },
  );
  await makeDisk(system, next, progress);
  rmSync(system, { recursive: true });
}

async function makeDisk(system, next, progress) {
  const units = join(system, "etc/systemd/system");
  writeFileSync(join(units, "guest-agent.service"), agentUnit);
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  symlinkSync("../guest-agent.service", join(units, "multi-user.target.wants/guest-agent.service"));
  writeFileSync(join(system, "etc/hostname"), "guest\n");
  writeFileSync(join(system, "etc/hosts"), "127.0.0.1 localhost guest\n");
  for (const kind of ["vmlinuz", "initrd.img"]) {
    const file = readdirSync(join(system, "boot")).find((entry) => entry.startsWith(`${kind}-`));
    if (file === undefined) throw new Error(`the kernel's package brought no ${kind}`);
    copyFileSync(join(system, "boot", file), join(next, kind));
  }
  const disk = join(next, "disk.img");
  await run("truncate", ["-s", "2G", disk]);
  await run("mkfs.ext4", ["-q", "-d", system, disk], { progress });
}

function guestFolder(name) {
  return join(cache, "guests", name);
}
