import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { baseFolder } from "./labFolders";

const packagesByTool: Readonly<Record<string, string>> = {
  "systemd-nspawn": "systemd-container",
  ip: "iproute2",
  nft: "nftables",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
  nsenter: "util-linux",
  mount: "mount",
};

/** Why no lab can run here, in one line with its remedy; `undefined` when one can. */
export function labProblem(): string | undefined {
  if (process.platform !== "linux")
    return `lab: ${process.platform} has no network namespaces; run it on Linux`;
  if (process.getuid?.() !== 0) return "lab: namespaces and mounts need root; run it as root";
  const packages = Object.entries(packagesByTool).flatMap(([tool, name]) => (isOnPath(tool) ? [] : [name]));
  if (packages.length > 0) {
    const missing = [...new Set(packages)].join(" ");
    return `lab: packages are missing; run: apt-get install -y ${missing}`;
  }
  return baseProblem("bookworm");
}

export function baseProblem(base: string): string | undefined {
  const folder = baseFolder(base);
  if (existsSync(join(folder, "lib/systemd/systemd"))) return undefined;
  return `lab: no base image in ${folder}; run: npm run setup`;
}

function isOnPath(tool: string): boolean {
  const folders = [...(process.env["PATH"] ?? "").split(":"), "/usr/sbin", "/sbin"];
  return folders.some((folder) => isExecutable(join(folder, tool)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
