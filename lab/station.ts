import { type Addresses, namespacePath } from "./network";
import { type RunOptions, type RunResult, runCommand } from "./runCommand";
import { type RunningProcess, type SpawnOptions, startProcess } from "./startProcess";

/** A place on the lab's network that is no host: its commands are this machine's, its network is the lab's. */
export interface Station extends Addresses {
  readonly namespace: string;
  run(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts a process that runs on; disposing of the lab kills it. */
  spawn(command: readonly string[], options?: SpawnOptions): Promise<RunningProcess>;
}

/** The deployer's side: where `pulumi`, `ssh` and the knocks of tests come from. */
export type Operator = Station;

/** Another source, with addresses of its own. */
export type LabClient = Station;

export function createStation(namespace: string, addresses: Addresses): Station {
  // nsenter and not `ip netns exec`: that one makes a mount namespace too, which keeps the hosts' disks busy.
  const inside = (command: readonly string[]): readonly string[] => [
    "nsenter",
    `--net=${namespacePath(namespace)}`,
    "--",
    ...command,
  ];
  return {
    namespace,
    address4: addresses.address4,
    address6: addresses.address6,
    run: (command, options) => runCommand(inside(command), options),
    spawn: (command, options) => startProcess(inside(command), options),
  };
}
