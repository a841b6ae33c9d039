import { readFileSync } from "node:fs";

let labCount = 0;

/**
 * Names the lab and the process that owns it. Namespaces, folders and control groups begin with this id, so
 * whoever sweeps can tell from the name alone whether the owner is still alive: there is no record to lose.
 */
export function nextLabId(): string {
  labCount += 1;
  return `pk-${process.pid}-${startTicks(process.pid)}-${labCount}`;
}

/** The id of the lab a name belongs to, or undefined for a name that is not a lab's. */
export function labIdOf(name: string): string | undefined {
  return /^pk-\d+-\d+-\d+/.exec(name)?.[0];
}

export function isOwnerAlive(labId: string): boolean {
  const [, pid, ticks] = labId.split("-");
  return startTicks(Number(pid)) === ticks;
}

/** When a process started, in clock ticks since boot: a pid is reused, the pair is not. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may hold spaces; the start is field 22, the 20th after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}
