import { readFileSync, writeFileSync } from "node:fs";

// Every systemd takes several inotify instances and keyrings: the defaults end at about 20 hosts. All hosts share one
// neighbour table, of which a test with many sources takes all, and the hosts of another test answer nobody then.
const limits: Readonly<Record<string, number>> = {
  "fs/inotify/max_user_instances": 4096,
  "net/ipv4/neigh/default/gc_thresh3": 65_536,
  "net/ipv6/neigh/default/gc_thresh3": 65_536,
  "kernel/keys/maxkeys": 2000,
  "kernel/keys/maxbytes": 2_000_000,
};

/** Raises the machine's limits where they are lower and may be raised. */
export function raiseLimits(): void {
  for (const [name, wanted] of Object.entries(limits)) {
    const path = `/proc/sys/${name}`;
    try {
      if (Number(readFileSync(path, "utf8")) < wanted) writeFileSync(path, `${wanted}`);
    } catch {
      // Not allowed here: a lab of a few hosts does without.
    }
  }
}
