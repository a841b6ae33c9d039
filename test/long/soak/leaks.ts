import { readFileSync } from "node:fs";
import type { LabHost } from "../../../lab";

/** What would grow on a host that forgets to clean up after itself. */
export interface Remains {
  /** Files, units and timers of ours, tables, chains and sets: the same policy has the same. */
  readonly things: readonly string[];
  /** Resident memory of the host's systemd in kB, and its open files. */
  readonly systemdKilobytes: number;
  readonly systemdFiles: number;
  /** All units that systemd knows, failed ones too. */
  readonly units: number;
}

const THINGS = `
  find /run/portknock* /etc/portknock /etc/systemd/system /tmp /var/tmp /run/systemd/transient -printf 'file %p %m\\n'
  find /var/lib/portknock -printf 'file %p %m\\n' | sed 's/[0-9a-f-]\\{36\\}/ATTEMPT/'
  systemctl list-units --all --plain --no-legend 'portknock*' | awk '{ print "unit", $1, $3, $4 }'
  systemctl --failed --plain --no-legend | awk '{ print "failed unit", $1 }'
  nft -t list ruleset | awk '/^table/ { table = $0 } /^\\t(chain|set|map|counter)/ { print table, $0 }'
`;

const NUMBERS = `
  awk '/^VmRSS/ { print $2 }' /proc/1/status
  ls /proc/1/fd | wc -l
  systemctl list-units --all --plain --no-legend | wc -l
`;

export async function readRemains(host: LabHost): Promise<Remains> {
  const things = (await host.run(`(${THINGS}) 2>/dev/null | sort`)).stdout.split("\n").filter(Boolean);
  const numbers = (await host.run(NUMBERS)).stdout.split("\n").map(Number);
  const [systemdKilobytes = 0, systemdFiles = 0, units = 0] = numbers;
  return { things, systemdKilobytes, systemdFiles, units };
}

/** What is there now and was not before, and what is gone. */
export function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const gone = before.filter((thing) => !after.includes(thing));
  const come = after.filter((thing) => !before.includes(thing));
  return [...come.map((thing) => `left behind: ${thing}`), ...gone.map((thing) => `gone: ${thing}`)];
}

/** Kilobytes that the kernel of this machine holds for itself, for whoever runs on it: rules and sets among them. */
export function kernelMemory(): number {
  const text = readFileSync("/proc/meminfo", "utf8");
  const fields = ["SUnreclaim", "VmallocUsed", "Percpu"];
  return fields.reduce(
    (sum, field) => sum + Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]),
    0,
  );
}
