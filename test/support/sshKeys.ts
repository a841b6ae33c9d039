import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

export interface SshKey {
  /** As a private key file has it. */
  readonly privateKey: string;
  /** As an authorized_keys or known_hosts line has it. */
  readonly publicKey: string;
}

export async function makeSshKeyFile(type: "ed25519" | "rsa", file: string): Promise<SshKey> {
  await execute("ssh-keygen", ["-q", "-t", type, "-N", "", "-C", "test", "-f", file]);
  return { privateKey: readFileSync(file, "utf8"), publicKey: readFileSync(`${file}.pub`, "utf8").trim() };
}

/** A key that nobody knows. */
export async function makeSshKey(type: "ed25519" | "rsa" = "ed25519"): Promise<SshKey> {
  const folder = mkdtempSync(join(tmpdir(), "portknock-key-"));
  try {
    return await makeSshKeyFile(type, join(folder, "key"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface SshAgent {
  readonly socket: string;
  readonly stop: () => void;
}

/** An agent that holds one key. Whoever starts one stops it. */
export async function startSshAgent(privateKeyFile: string): Promise<SshAgent> {
  const { stdout } = await execute("ssh-agent", ["-s"]);
  const socket = stdout.match(/SSH_AUTH_SOCK=([^;]+);/)?.[1];
  const pid = stdout.match(/SSH_AGENT_PID=(\d+);/)?.[1];
  if (socket === undefined || pid === undefined) throw new Error(`ssh-agent said: ${stdout}`);
  const stop = () => void process.kill(Number(pid));
  try {
    await execute("ssh-add", ["-q", privateKeyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  } catch (error) {
    stop();
    throw error;
  }
  return { socket, stop };
}
