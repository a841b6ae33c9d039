import type { LabHost } from "../../lab";

/** How many SSH logins a host has accepted since it booted. */
export async function countLogins(host: LabHost): Promise<number> {
  const { stdout } = await host.run(
    "journalctl --no-pager --output=cat | grep -c '^Accepted publickey' || true",
  );
  return Number(stdout);
}

/** Everything of a host that the product may touch, but for a script that waits for its apply, as text: equal texts, equal hosts. */
export async function snapshotHost(host: LabHost): Promise<string> {
  const { stdout } = await host.run(`
    nft list ruleset
    find /etc /var/lib \\( -path /var/lib/systemd -o -path /var/lib/private \\) -prune -o -type f -print0 |
      sort -z | xargs -0 sha256sum
    find /etc /var/lib -path /var/lib/systemd -prune -o -printf '%p %y %m %U %l\\n' | sort
    systemctl list-unit-files --no-pager --no-legend | grep -v portknock-script | tr -s ' '
    systemctl list-units --all --no-pager --no-legend 'portknock*' | grep -v portknock-script | tr -s ' '
    true
  `);
  return stdout;
}
