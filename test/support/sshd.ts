import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeSshKeyFile } from "./sshKeys";

const program = "/usr/sbin/sshd";

/** A real SSH server on a loopback port. Whoever starts one stops it. */
export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** A private key that may log in. */
  readonly privateKey: string;
  readonly privateKeyFile: string;
  /** The server's own public keys, as a `known_hosts` line has them. */
  readonly hostKeys: { readonly ed25519: string; readonly rsa: string };
  /** How many connections were opened so far. */
  readonly connectionCount: () => number;
  /** Its log so far, a line each. */
  readonly log: () => readonly string[];
  readonly stop: () => Promise<void>;
}

/** Why no server can be started here, or undefined when one can. */
export function sshdProblem(): string | undefined {
  return existsSync(program) ? undefined : `there is no ${program}: apt-get install openssh-server`;
}

export async function startSshd(options: readonly string[] = []): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), "portknock-sshd-"));
  try {
    return await startIn(folder, options);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, options: readonly string[]): Promise<Sshd> {
  const file = (name: string) => join(folder, name);
  const [ed25519, rsa, login] = await Promise.all([
    makeSshKeyFile("ed25519", file("host-ed25519")),
    makeSshKeyFile("rsa", file("host-rsa")),
    makeSshKeyFile("ed25519", file("login")),
  ]);
  const port = await freePort();
  const config = [
    // The default drops connections when tests open many at once. Of this the last value counts.
    "MaxStartups 100",
    // Of everything else the first.
    ...options,
    `ListenAddress [::1]:${port}`,
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${file("host-ed25519")}`,
    `HostKey ${file("host-rsa")}`,
    `AuthorizedKeysFile ${file("login.pub")}`,
    "PidFile none",
    "UsePAM no",
    "StrictModes no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    // Commands run here as whoever runs the tests, and bash reads ~/.bashrc under sshd: nobody's own
    // start files decide what a test sees, and a command that a test kills leaves nothing behind in them.
    `SetEnv HOME=${folder}`,
    "LogLevel VERBOSE",
  ];
  writeFileSync(file("config"), config.join("\n") + "\n");
  // Debian's service makes this folder, which a server started by root insists on.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const server = spawn(program, ["-D", "-e", "-f", file("config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const log = await listening(server);
  return {
    port,
    user: userInfo().username,
    privateKey: login.privateKey,
    privateKeyFile: file("login"),
    hostKeys: { ed25519: ed25519.publicKey, rsa: rsa.publicKey },
    log: () => log,
    connectionCount: () => log.filter((line) => line.startsWith("Connection from")).length,
    stop: async () => {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("bug: a TCP server without a port");
  return address.port;
}

/** Resolves with the server's log, which goes on growing, once it listens. */
function listening(server: ChildProcess): Promise<readonly string[]> {
  const log: string[] = [];
  return new Promise((resolve, reject) => {
    if (server.stderr === null) throw new Error("bug: the server's log is a pipe");
    createInterface(server.stderr).on("line", (line) => {
      log.push(line);
      if (line.startsWith("Server listening on 127.0.0.1")) resolve(log);
    });
    server.once("error", reject);
    server.once("exit", () => reject(new Error(`sshd did not start:\n${log.join("\n")}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
}
