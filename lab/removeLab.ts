import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { controlGroupNames, processesOf, removeControlGroups } from "./controlGroups";
import { labFolder, labsFolder } from "./labFolders";
import { labIdOf } from "./labId";
import { killProcess } from "./processes";

/**
 * Removes all a lab ever made, found by its name: processes, mounts, namespaces, control groups, folders.
 * Synchronous, as it also runs while a process exits; safe to run again, and beside another run of itself.
 */
export function removeLab(labId: string): void {
  const machines = controlGroupNames().filter((name) => labIdOf(name) === labId);
  const namespaces = namespaceNames().filter((name) => labIdOf(name) === labId);
  // What runs may start more while it is being killed.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const pids = [...machines.flatMap(processesOf), ...namespaces.flatMap(processesInNamespace)];
    if (pids.length === 0) break;
    for (const pid of pids) killProcess(pid);
    pause(10);
  }
  for (const mountPoint of mountsBelow(labFolder(labId))) removeMount(mountPoint);
  for (const namespace of namespaces) spawnSync("ip", ["netns", "del", namespace]);
  for (const machine of machines) {
    removeControlGroups(machine);
    for (const kind of ["propagate", "unix-export"]) {
      rmSync(join("/run/systemd/nspawn", kind, machine), { recursive: true, force: true });
    }
  }
  // A disk that could not be unmounted is left to the next sweep.
  if (mountsBelow(labFolder(labId)).length === 0) rmSync(labFolder(labId), { recursive: true, force: true });
}

/** The ids of all labs of which anything is left, alive or not. */
export function labIds(): readonly string[] {
  const folders = existsSync(labsFolder()) ? readdirSync(labsFolder()) : [];
  const ids = [...folders, ...namespaceNames(), ...controlGroupNames()].map(labIdOf);
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function namespaceNames(): readonly string[] {
  return existsSync("/run/netns") ? readdirSync("/run/netns") : [];
}

function processesInNamespace(namespace: string): readonly number[] {
  const { stdout } = spawnSync("ip", ["netns", "pids", namespace], { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean).map(Number);
}

function mountsBelow(folder: string): readonly string[] {
  const mountPoints = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    // The kernel writes a space in a path as \040.
    .map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "));
  return mountPoints.filter((mountPoint) => mountPoint.startsWith(`${folder}/`)).reverse();
}

function removeMount(mountPoint: string): void {
  const disk = statSync(mountPoint, { throwIfNoEntry: false });
  spawnSync("umount", ["--lazy", mountPoint]);
  // systemd-nspawn's lock on the disk, which it leaves behind when killed.
  if (disk) rmSync(`/run/systemd/nspawn/locks/inode-${disk.dev}:${disk.ino}`, { force: true });
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
