import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { install, problem } from "./account.mjs";
import { findOnPath } from "./paths.mjs";
import { run } from "./run.mjs";

const forHosts = [
  "mmdebstrap",
  "systemd-container",
  "nftables",
  "iproute2",
  "openssh-client",
  "openssh-server",
  "nmap",
  "knockd",
];
const loginShells = ["fish", "tcsh", "zsh"];
const forTests = [
  ...forHosts,
  ...loginShells,
  "bind9-dnsutils",
  "curl",
  "git",
  "iputils-ping",
  "mosh",
  "netcat-openbsd",
  "perl",
  "python3",
  "python3-venv",
  "rsync",
  "shellcheck",
];
const wanted = {
  bench: ["nftables", "iproute2", "iptables", "knockd"],
  demo: forHosts,
  fleet: [...forHosts, "ansible-core"],
  test: forTests,
  check: ["shellcheck"],
  kernels: ["mmdebstrap", "e2fsprogs", "qemu-system-x86"],
  everything: forTests,
};
const policyFile = "/usr/sbin/policy-rc.d";

/** The Debian packages for a purpose; where they cannot be installed, says so and goes on. */
export async function ensureDebianPackages(purpose) {
  const names = wanted[purpose];
  if (findOnPath("dpkg-query") === undefined) {
    problem("this is not a Debian or Ubuntu machine", `install the equivalents of ${names.join(" ")}`);
    return;
  }
  const missing = missingPackages(names);
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(" ")}`;
  if (process.getuid?.() !== 0 || findOnPath("apt-get") === undefined) {
    problem(`Debian packages missing: ${missing.join(" ")}`, `sudo ${command}`);
    return;
  }
  try {
    await install(`Debian packages ${missing.join(" ")}`, "up to a minute", () => aptInstall(missing));
  } catch (error) {
    problem(`Debian packages missing: ${missing.join(" ")}`, command, error);
  }
}

function missingPackages(names) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholders
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names], {
    encoding: "utf8",
  });
  const installed = new Set(stdout.split("\n").flatMap((line) => line.match(/^(\S+) installed$/)?.[1] ?? []));
  return names.filter((name) => !installed.has(name));
}

async function aptInstall(names) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const progress = "Debian packages";
  await withDaemonsHeldBack(async () => {
    await run("apt-get", ["update", "-q"], { env, progress });
    await run("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...names], { env, progress });
  });
}

/** openssh-server and knockd must not start listening on this machine: only hosts that we boot run them. */
async function withDaemonsHeldBack(work) {
  if (existsSync(policyFile)) return work();
  writeFileSync(policyFile, "#!/bin/sh\nexit 101\n");
  chmodSync(policyFile, 0o755);
  const restore = () => rmSync(policyFile, { force: true });
  process.once("exit", restore);
  try {
    return await work();
  } finally {
    process.off("exit", restore);
    restore();
  }
}
