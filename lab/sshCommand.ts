export interface SshCommandOptions {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly privateKeyPath: string;
  readonly knownHostsPath: string;
  /** The name of the host in the known hosts. */
  readonly hostKeyAlias: string;
  readonly command: string;
}

/** The real ssh client, asking nothing and reading nobody's configuration. */
export function sshCommand(options: SshCommandOptions): readonly string[] {
  const settings = {
    BatchMode: "yes",
    ConnectTimeout: "3",
    GlobalKnownHostsFile: "/dev/null",
    // One known name for both addresses and every port.
    HostKeyAlias: options.hostKeyAlias,
    IdentitiesOnly: "yes",
    LogLevel: "ERROR",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: options.knownHostsPath,
  };
  const words = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const target = [
    "-i",
    options.privateKeyPath,
    "-p",
    `${options.port}`,
    `${options.user}@${options.address}`,
  ];
  return ["ssh", "-F", "/dev/null", ...words, ...target, "--", options.command];
}
