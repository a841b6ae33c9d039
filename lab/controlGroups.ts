import { mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

const parentName = "portknock-lab";

/**
 * Makes the control groups one container lives in. Without groups of their own two containers started from the
 * same session share `payload/system.slice/ssh.service`, and one's systemd kills the other's sshd.
 */
export function createControlGroups(name: string): readonly string[] {
  return parents().map((parent) => {
    const folder = join(parent, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  });
}

/** The processes in a container's control groups, children included. */
export function processesOf(name: string): readonly number[] {
  const pids = parents().flatMap((parent) => groupsWithin(join(parent, name)).flatMap(processesIn));
  return [...new Set(pids)];
}

export function removeControlGroups(name: string): void {
  for (const parent of parents()) {
    for (const folder of groupsWithin(join(parent, name))) removeGroup(folder);
  }
}

/** The names of all containers that have control groups here, of whichever lab. */
export function controlGroupNames(): readonly string[] {
  const names = parents().flatMap(subfolders);
  return [...new Set(names.filter((name) => name.startsWith("pk-")))];
}

/** systemd follows its services in cgroup2, and on a hybrid machine in the v1 hierarchy "systemd" too. */
function parents(): readonly string[] {
  return readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(
      ([, , type, options]) =>
        type === "cgroup2" || (type === "cgroup" && /name=systemd/.test(options ?? "")),
    )
    .map(([, mountPoint = ""]) => join(mountPoint, parentName));
}

/** A control group and all within it, the deepest first. */
function groupsWithin(folder: string): readonly string[] {
  return [...subfolders(folder).flatMap((name) => groupsWithin(join(folder, name))), folder];
}

// Not readdir's own `recursive`: the host's systemd removes groups meanwhile, which ends that with an error.
function subfolders(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

function processesIn(folder: string): readonly number[] {
  try {
    return readFileSync(join(folder, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function removeGroup(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody else sweeps the same lab, or a process is still leaving: the next sweep finds it.
  }
}
