import { spawnSync } from "node:child_process";

const packagesByTool: Readonly<Record<string, string>> = {
  ip: "iproute2",
  nft: "nftables",
  "iptables-nft": "iptables",
  knockd: "knockd",
  perl: "perl-base",
  nsenter: "util-linux",
  chrt: "util-linux",
  taskset: "util-linux",
};

/** What the bench needs and does not find, in one line with its remedy. */
export function missingParts(): string | undefined {
  if (process.platform !== "linux") return `${process.platform} has no network namespaces; run it on Linux`;
  if (process.getuid?.() !== 0) return "namespaces and raw packets need root; run it as root";
  const packages = Object.entries(packagesByTool).flatMap(([tool, name]) => (isOnPath(tool) ? [] : [name]));
  if (packages.length === 0) return undefined;
  return `packages are missing; run: apt-get install -y ${[...new Set(packages)].join(" ")}`;
}

function isOnPath(tool: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", tool]).status === 0;
}
