import { readFileSync } from "node:fs";

export function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Whether a process is the first of a pid namespace directly below this one: a container's systemd. */
export function isInit(pid: number): boolean {
  const inner = namespacePids(pid).slice(namespacePids("self").length);
  return inner.length === 1 && inner[0] === "1";
}

function namespacePids(pid: number | "self"): readonly string[] {
  const line = /^NSpid:\s*(.*)$/m.exec(readProcess(pid, "status"));
  return line?.[1]?.split(/\s+/) ?? [];
}

/** A file of /proc/<pid>, empty when the process is gone. */
export function readProcess(pid: number | "self", file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
