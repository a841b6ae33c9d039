import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabHost } from "../../lab";
import { processesOf } from "../../lab/controlGroups";
import { waitUntil } from "../../lab/waitUntil";

const ROOT = "/sys/fs/cgroup/pids";

/** Why no process table can be filled here; `undefined` when one can. */
export function processTableProblem(): string | undefined {
  return existsSync(ROOT) ? undefined : `there is no ${ROOT} here to fill a process table with`;
}

/** From now on the host can start that many processes more and none beyond. Returns how to end that. */
export async function fillProcessTable(host: LabHost, left: number): Promise<() => Promise<void>> {
  const problem = processTableProblem();
  if (problem !== undefined) throw new Error(problem);
  const group = join(ROOT, host.namespace);
  mkdirSync(group);
  for (const pid of processesOf(host.namespace)) move(pid, group);
  const used = Number(readFileSync(join(group, "pids.current"), "utf8"));
  writeFileSync(join(group, "pids.max"), `${used + left}`);
  return async () => {
    writeFileSync(join(group, "pids.max"), "max");
    for (const pid of readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean)) {
      move(Number(pid), ROOT);
    }
    await waitUntil(
      () => readFileSync(join(group, "cgroup.procs"), "utf8") === "",
      10,
      () => `${host.name}: a group without processes`,
    );
    rmdirSync(group);
  };
}

function move(pid: number, group: string): void {
  try {
    writeFileSync(join(group, "cgroup.procs"), `${pid}`);
  } catch {
    // It has ended meanwhile.
  }
}
