import { spawnSync } from "node:child_process";
import type { Station } from "../../lab";

const PACKAGES: Readonly<Record<string, string>> = {
  knock: "knockd",
  curl: "curl",
  nmap: "nmap",
  nping: "nmap",
};

/** Why tests with the usual clients cannot run here, in one line with its remedy; undefined when they can. */
export function clientToolProblem(): string | undefined {
  const missing = Object.keys(PACKAGES).filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
  if (missing.length === 0) return undefined;
  const packages = [...new Set(missing.map((tool) => PACKAGES[tool]))].join(" ");
  return `not found: ${missing.join(" ")}; run: apt-get install -y ${packages}`;
}

/** Knocks as `knock` of Debian's package knockd does, which waits for no answer. */
export async function knockOn(client: Station, address: string, knocks: string): Promise<void> {
  const family = address.includes(":") ? "-6" : "-4";
  await client.run(["knock", family, "-d", "20", address, ...knocks.split(" ")]);
}

/**
 * What nmap says about ports, in their order, with the packet that it rests on: `closed reset`,
 * `filtered no-response`.
 *
 * @param ports as nmap's -p takes them, at most 20 or so: it sums up more
 * @param kind of scan, as nmap's options
 */
export async function scan(
  client: Station,
  address: string,
  ports: string,
  kind: readonly string[] = ["-sS"],
): Promise<readonly string[]> {
  const family = address.includes(":") ? ["-6"] : [];
  const options = ["-n", "-Pn", "-r", "--reason", "--max-retries", "0", "--max-rtt-timeout", "500ms"];
  const { stdout } = await client.run(["nmap", ...family, ...options, ...kind, "-p", ports, address]);
  return [...stdout.matchAll(/^\d+\/\w+ +(\S+) +\S+ +(\S+)/gm)].map(
    ([, state, reason]) => `${state} ${reason}`,
  );
}

/** How many of so many pings, all of them within a fraction of a second, are answered. */
export async function countPongs(client: Station, address: string, pings: number): Promise<number> {
  const { stdout } = await client.run(["nping", "--icmp", "-c", `${pings}`, "--rate", "200", address]);
  return Number(/Rcvd: (\d+)/.exec(stdout)?.[1]);
}
