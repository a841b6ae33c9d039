import { readdirSync } from "node:fs";
import { killProcess, readProcess } from "../../../lab/processes";

/** Ends a process and everything that descends from it, all at once. */
export function killTree(pid: number): void {
  for (const each of [pid, ...descendantsOf(pid)]) killProcess(each);
}

export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const each of readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)) {
    const parent = Number(/^PPid:\s*(\d+)$/m.exec(readProcess(each, "status"))?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), each]);
  }
  const below = (parent: number): readonly number[] =>
    (children.get(parent) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}
