import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { awaitBoot, leaderOf } from "./awaitBoot";
import { type Container, startContainer } from "./container";
import { createHostDisk } from "./hostDisk";
import { type Addresses, type Plug, plugNamespace } from "./network";
import type { RunResult } from "./runCommand";
import { type HostRunOptions, runOnHost } from "./runOnHost";

/** A Debian host with its own systemd, sshd, disk and netfilter. */
export interface LabHost extends Addresses {
  readonly name: string;
  /** The host's network namespace, made anew at every boot. */
  readonly namespace: string;
  /** The host's port of the bridge, in the operator's namespace: what to take down to cut its network. */
  readonly port: string;
  /** The public host key: "ssh-ed25519 AAAA…". */
  readonly hostKey: string;
  readonly sshPort: 22;
  /** Runs a shell script as root on the host, not over the network: no firewall matters. */
  run(script: string, options?: HostRunOptions): Promise<RunResult>;
  readFile(path: string): Promise<string>;
  /** Writes a file of root's. @default mode 0o644 */
  writeFile(path: string, text: string, mode?: number): Promise<void>;
  /** Resolves when sshd listens and the boot's jobs are done. */
  boot(): Promise<void>;
  shutdown(): Promise<void>;
  /** `shutdown` and `boot`. */
  reboot(): Promise<void>;
  /** Resolves when the host is off: after a `poweroff` or `reboot` of its own, which `boot` then completes. */
  awaitOff(): Promise<void>;
  /** Everything on the host ends at once; `boot` brings it back with the disk as it was. */
  powerCut(): Promise<void>;
}

export interface LabHostOptions {
  readonly name: string;
  /** The folder of the base image. */
  readonly base: string;
  /** Where this host's disk and console are kept. */
  readonly folder: string;
  readonly authorizedKey: string;
  /** The operator's namespace, with the bridge. */
  readonly operator: string;
  readonly plug: Plug;
}

/** Makes a host and boots it. */
export async function createLabHost(options: LabHostOptions): Promise<LabHost> {
  const { name, base, folder, authorizedKey, operator, plug } = options;
  mkdirSync(folder, { recursive: true });
  const consolePath = join(folder, "console.log");
  const { root, hostKey } = await createHostDisk({ folder, base, name, authorizedKey });
  let container: Container | undefined;

  const isOn = (): boolean => container !== undefined && !container.hasEnded();
  const running = (): Container => {
    if (container === undefined || container.hasEnded()) throw new Error(`${name} is off; boot it first`);
    return container;
  };
  const run = async (script: string, runOptions?: HostRunOptions): Promise<RunResult> =>
    runOnHost(leaderOf(running()), script, runOptions);
  const boot = async (): Promise<void> => {
    if (isOn()) throw new Error(`${name} is on; shut it down first`);
    // A namespace outlives the container, a kernel does not outlive a reboot: with a new one the rules, sets,
    // connection tracking and sysctls of the last boot are gone, as on a real machine.
    await plugNamespace(operator, plug);
    container = startContainer({ machine: plug.namespace, root, consolePath });
    await awaitBoot(container, name, consolePath);
  };
  const shutdown = async (): Promise<void> => running().shutdown();

  await boot();
  return {
    name,
    namespace: plug.namespace,
    port: plug.port,
    address4: plug.address4,
    address6: plug.address6,
    hostKey,
    sshPort: 22,
    run,
    readFile: async (path) => (await run(`cat -- ${quote(path)}`)).stdout,
    writeFile: async (path, text, mode = 0o644) => {
      const target = quote(path);
      const script = `umask 077; mkdir -p -- "$(dirname -- ${target})"; cat >${target} && chmod ${mode.toString(8)} ${target}`;
      await run(script, { input: text });
    },
    boot,
    shutdown,
    reboot: async () => {
      await shutdown();
      await boot();
    },
    awaitOff: async () => {
      if (isOn()) await running().awaitEnd();
    },
    powerCut: async () => running().kill(),
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
