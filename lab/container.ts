import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createControlGroups, processesOf } from "./controlGroups";
import { namespacePath } from "./network";
import { isInit, killProcess } from "./processes";
import { waitUntil } from "./waitUntil";

export interface ContainerOptions {
  /** Unique on this machine; also names the network namespace and the control groups. */
  readonly machine: string;
  readonly root: string;
  readonly consolePath: string;
}

/** A running systemd-nspawn. */
export interface Container {
  /** The pid, on this machine, of the container's systemd, once it runs. */
  leader(): number | undefined;
  hasEnded(): boolean;
  awaitEnd(): Promise<void>;
  /** A shutdown as by the power button. */
  shutdown(): Promise<void>;
  /** Everything in it ends at once. */
  kill(): Promise<void>;
}

// A unit of the host may take its 90 s to be stopped, and is killed then.
const shutdownSeconds = 120;

export function startContainer({ machine, root, consolePath }: ContainerOptions): Container {
  const console = openSync(consolePath, "a");
  const groups = createControlGroups(machine);
  const command = [
    ...nspawnCommand,
    `--machine=${machine}`,
    `--directory=${root}`,
    `--network-namespace-path=${namespacePath(machine)}`,
  ];
  const nspawn = spawn("sh", ["-c", joinGroups, "sh", ...groups, "--", ...command], {
    // The host may write its own sysctls below net.*, as on a real machine; all others stay read-only.
    env: { ...process.env, SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network" },
    stdio: ["ignore", console, console],
    // A session of its own: Ctrl-C in a terminal is for the owner, who then removes the lab.
    detached: true,
  });
  closeSync(console);
  nspawn.unref();
  let ended = false;
  for (const event of ["exit", "error"]) {
    nspawn.once(event, () => {
      ended = true;
    });
  }
  let found: number | undefined;
  const leader = (): number | undefined => {
    found ??= processesOf(machine).find(isInit);
    return found;
  };
  const awaitEnd = async (): Promise<void> => {
    await waitUntil(
      () => ended,
      shutdownSeconds,
      () => `${machine}: shutdown`,
    );
  };
  return {
    leader,
    hasEnded: () => ended,
    awaitEnd,
    shutdown: () => {
      nspawn.kill("SIGTERM");
      return awaitEnd();
    },
    kill: async () => {
      // The leader first: the death of systemd-nspawn alone leaves the container running.
      for (const pid of [leader(), nspawn.pid]) if (pid !== undefined) killProcess(pid);
      await waitUntil(
        () => ended && processesOf(machine).length === 0,
        10,
        () => `${machine}: end after SIGKILL`,
      );
    },
  };
}

const joinGroups = 'until [ "$1" = -- ]; do echo $$ >"$1/cgroup.procs"; shift; done; shift; exec "$@"';

const nspawnCommand = [
  "systemd-nspawn",
  "--quiet",
  "--boot",
  "--register=no",
  "--keep-unit",
  "--link-journal=no",
  "--resolv-conf=off",
  "--timezone=off",
  "--console=read-only",
  "--capability=CAP_NET_ADMIN",
];
