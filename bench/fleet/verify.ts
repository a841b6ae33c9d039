import type { LabHost } from "../../lab";

/** Throws where the table of a host does not have these ports open. */
export async function verifyPorts(hosts: readonly LabHost[], openPorts: readonly string[]): Promise<void> {
  const without = await Promise.all(
    hosts.map(async (host) => {
      const { stdout } = await host.run("nft -s list table inet portknock", { check: false });
      const isOpen = (port: string): boolean => new RegExp(`\\b(80|${port})\\b`).test(stdout);
      return openPorts.every(isOpen) ? [] : [host.name];
    }),
  );
  if (without.flat().length > 0)
    throw new Error(`these hosts have other rules: ${without.flat().join(", ")}`);
}
