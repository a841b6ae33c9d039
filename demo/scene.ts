import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab, LabClient, LabHost } from "../lab";
import { createFleetStack, type FleetStack } from "../test/support/fleetStack";
import { snapshotHost } from "../test/support/seenBy";

/** Who and what the story is about. */
export interface Scene {
  readonly lab: Lab;
  readonly web1: LabHost;
  readonly web2: LabHost;
  readonly stack: FleetStack;
  readonly sequence: string;
  readonly stranger: Person;
  readonly bystander: Person;
  /** Both hosts as they were before the first update. */
  readonly untouched: readonly string[];
}

/** Somebody with a client of their own, a key that the hosts accept, and a folder. */
export interface Person {
  readonly client: LabClient;
  /** Holds `ssh_config` and, for who knows the sequence, `web.knocks`. */
  readonly folder: string;
}

/** Made up for hosts that live for a minute; the account does not show it all the same. */
const sequence = "7331,2718/udp,16180,31415";

export const accessWindowSeconds = 4;
export const rollbackSeconds = 7;

/** Boots the hosts and configures a stack for them; nothing is guarded yet. */
export async function openScene(lab: Lab): Promise<Scene> {
  const [web1, web2, stack, strangerClient, bystanderClient] = await Promise.all([
    lab.addHost("web-1"),
    lab.addHost("web-2"),
    createFleetStack(lab, "demo"),
    lab.addClient("stranger"),
    lab.addClient("bystander"),
  ]);
  const hosts = [web1, web2];
  const [untouched] = await Promise.all([
    Promise.all(hosts.map(snapshotHost)),
    stack.configure({
      hosts,
      services: { ssh: { ports: ["22"], accessWindow: `${accessWindowSeconds}s` } },
      sequences: { ssh: sequence },
      allow: [lab.operator.address4],
      openPorts: ["80"],
      rollbackTimeout: `${rollbackSeconds}s`,
      connection: { perDialTimeout: 3, dialErrorLimit: 1 },
    }),
  ]);
  const stranger = createPerson(lab, "stranger", strangerClient, hosts);
  writeFileSync(join(stranger.folder, "web.knocks"), `${sequence}\n`, { mode: 0o600 });
  const bystander = createPerson(lab, "bystander", bystanderClient, hosts);
  return { lab, web1, web2, stack, sequence, stranger, bystander, untouched };
}

function createPerson(lab: Lab, name: string, client: LabClient, hosts: readonly LabHost[]): Person {
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  const aliases = hosts.map((host) => `Host ${host.address4}\n  HostKeyAlias ${host.name}\n`);
  const everywhere = [
    "Host *",
    "BatchMode yes",
    "ConnectTimeout 3",
    `IdentityFile ${lab.privateKeyPath}`,
    "IdentitiesOnly yes",
    "LogLevel ERROR",
    `UserKnownHostsFile ${join(lab.folder, "known_hosts")}`,
    "GlobalKnownHostsFile /dev/null",
    "StrictHostKeyChecking yes",
  ];
  writeFileSync(join(folder, "ssh_config"), `${aliases.join("")}${everywhere.join("\n  ")}\n`);
  return { client, folder };
}
