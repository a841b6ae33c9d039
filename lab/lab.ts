import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createKeyPair } from "./hostDisk";
import { baseFolder, labFolder } from "./labFolders";
import { createLabHost, type LabHost } from "./labHost";
import { nextLabId } from "./labId";
import { baseProblem, labProblem } from "./labProblem";
import { type Addresses, createOperatorNamespace, plugNamespace } from "./network";
import { createPlugs, operatorAddresses } from "./plugs";
import { raiseLimits } from "./raiseLimits";
import { forgetAtExit, removeAtExit } from "./removeAtExit";
import { removeLab } from "./removeLab";
import type { RunOptions, RunResult } from "./runCommand";
import { sshCommand } from "./sshCommand";
import { createStation, type LabClient, type Operator, type Station } from "./station";
import { sweepLabs } from "./sweepLabs";

/** A network with an operator's side, hosts and clients; nothing in it reaches the machine's own network. */
export interface Lab extends AsyncDisposable {
  readonly id: string;
  /** Of the lab, removed with it: for known hosts, stacks and whatever a test writes. */
  readonly folder: string;
  readonly operator: Operator;
  /** The key that root, `deploy` (with sudo) and `plain` (without) accept on every host. */
  readonly privateKey: string;
  readonly privateKeyPath: string;
  readonly publicKey: string;
  /** Makes a host and boots it. */
  addHost(name: string, options?: HostOptions): Promise<LabHost>;
  /** Makes another source with addresses of its own. */
  addClient(name: string, options?: ClientOptions): Promise<LabClient>;
  /** Runs a command with the real ssh client; exit code 255 is ssh's own failure. */
  ssh(host: LabHost, command: string, options?: SshOptions): Promise<RunResult>;
  dispose(): Promise<void>;
}

export interface HostOptions {
  /** The base image's name. @default "bookworm" */
  readonly base?: string;
}

/** Any address of 10.77.0.0/16 and fd77::/32 is on the link. @default the next free ones */
export type ClientOptions = Partial<Addresses>;

export interface SshOptions extends RunOptions {
  /** @default the operator */
  readonly from?: Station;
  /** @default "root" */
  readonly user?: string;
  /** @default 22 */
  readonly port?: number;
  /** @default 4 */
  readonly family?: 4 | 6;
}

export async function createLab(): Promise<Lab> {
  const problem = labProblem();
  if (problem !== undefined) throw new Error(problem);
  sweepLabs();
  raiseLimits();
  const id = nextLabId();
  const folder = labFolder(id);
  removeAtExit(id);
  mkdirSync(folder, { recursive: true });
  const privateKeyPath = join(folder, "id_ed25519");
  const knownHostsPath = join(folder, "known_hosts");
  const operator = createStation(`${id}-operator`, operatorAddresses);
  const [publicKey] = await Promise.all([
    createKeyPair(privateKeyPath, id),
    createOperatorNamespace(operator.namespace, operator),
  ]);
  const plugs = createPlugs(id);
  const hosts: Promise<LabHost>[] = [];
  const clients: Promise<LabClient>[] = [];

  const addHost = async (name: string, { base = "bookworm" }: HostOptions = {}): Promise<LabHost> => {
    const missing = baseProblem(base);
    if (missing !== undefined) throw new Error(missing);
    const host = await createLabHost({
      name,
      base: baseFolder(base),
      folder: join(folder, name),
      authorizedKey: publicKey,
      operator: operator.namespace,
      plug: plugs.forHost(name),
    });
    appendFileSync(knownHostsPath, `${name} ${host.hostKey}\n`);
    return host;
  };
  const addClient = async (name: string, wished: ClientOptions = {}): Promise<LabClient> => {
    const plug = plugs.forClient(name, wished);
    await plugNamespace(operator.namespace, plug);
    return createStation(plug.namespace, plug);
  };
  const dispose = async (): Promise<void> => {
    removeLab(id);
    // What is still being added fails now, but may have made something first.
    const added = await Promise.allSettled(hosts);
    await Promise.allSettled(clients);
    removeLab(id);
    forgetAtExit(id);
    await Promise.all(added.map((host) => (host.status === "fulfilled" ? host.value.awaitOff() : undefined)));
  };
  return {
    id,
    folder,
    operator,
    privateKey: readFileSync(privateKeyPath, "utf8"),
    privateKeyPath,
    publicKey,
    addHost: (name, hostOptions) => keep(hosts, addHost(name, hostOptions)),
    addClient: (name, clientOptions) => keep(clients, addClient(name, clientOptions)),
    ssh: (host, command, options = {}) => {
      const { from = operator, user = "root", port = host.sshPort, family = 4, ...runOptions } = options;
      const address = family === 4 ? host.address4 : host.address6;
      const hostKeyAlias = host.name;
      const words = sshCommand({
        address,
        port,
        user,
        privateKeyPath,
        knownHostsPath,
        hostKeyAlias,
        command,
      });
      return from.run(words, runOptions);
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

function keep<T>(list: T[], item: T): T {
  list.push(item);
  return item;
}
