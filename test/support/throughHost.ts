import type { LabClient, LabHost } from "../../lab";

/** An address that a client reaches through a host alone. */
const BEHIND = "10.99.0.1";

/** Makes the host a router between two clients; gives the address of `to` that `from` reaches through it. */
export async function routeThrough(host: LabHost, from: LabClient, to: LabClient): Promise<string> {
  await to.run(["ip", "addr", "add", `${BEHIND}/32`, "dev", "lo"]);
  await from.run(["ip", "route", "add", BEHIND, "via", host.address4]);
  // Redirects would tell the client the direct way.
  await host.run(`sysctl -qw net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.eth0.send_redirects=0 net.ipv4.ip_forward=1
    ip route add ${BEHIND} via ${to.address4}`);
  return BEHIND;
}
