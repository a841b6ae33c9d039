import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { type Sshd, startSshd } from "./sshd";

/** Names that the ssh command dials as somebody's configuration says, each a server of its own. */
export interface SshAliases {
  /** In front of the PATH: an `ssh` that reads the configuration. */
  readonly path: string;
  /** Another server behind a name. @param command what it runs in place of every command @param settings of the client */
  add(name: string, command?: string, settings?: readonly string[]): Promise<Sshd>;
  dispose(): Promise<void>;
}

/** OpenSSH reads no configuration of HOME, but that of the account: so a file is named to it. */
export function createSshAliases(): SshAliases {
  const folder = mkdtempSync(join(tmpdir(), "portknock-aliases-"));
  const configuration = join(folder, "config");
  const servers: Sshd[] = [];
  // Of every setting the first value counts, so what all have stands before the names.
  writeFileSync(configuration, `UserKnownHostsFile ${join(folder, "known")}\n`);
  writeFileSync(join(folder, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F ${configuration} "$@"\n`, {
    mode: 0o755,
  });
  return {
    path: `${folder}${delimiter}${process.env["PATH"]}`,
    add: async (name, command, settings = []) => {
      const file = join(folder, `${name}.sh`);
      writeFileSync(file, `${command}\n`);
      const server = await startSshd(command === undefined ? [] : [`ForceCommand sh ${file}`]);
      servers.push(server);
      const lines = [
        `Host ${name}`,
        "HostName 127.0.0.1",
        `Port ${server.port}`,
        `IdentityFile ${server.privateKeyFile}`,
        "StrictHostKeyChecking accept-new",
        ...settings,
      ];
      writeFileSync(configuration, `${lines.join("\n  ")}\n`, { flag: "a" });
      return server;
    },
    dispose: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
