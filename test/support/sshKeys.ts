import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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

/** @param bits of an ECDSA key */
export async function makeSshKeyFile(
  type: "ed25519" | "ecdsa" | "rsa",
  file: string,
  bits?: number,
): Promise<SshKey> {
  const size = bits === undefined ? [] : ["-b", `${bits}`];
  await execute("ssh-keygen", ["-q", "-t", type, ...size, "-N", "", "-C", "test", "-f", file]);
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

/** An agent that holds these keys, in their order. Whoever starts one stops it. */
export async function startSshAgent(...privateKeyFiles: readonly string[]): Promise<SshAgent> {
  const { stdout } = await execute("ssh-agent", ["-s"]);
  const socket = stdout.match(/SSH_AUTH_SOCK=([^;]+);/)?.[1];
  const pid = stdout.match(/SSH_AGENT_PID=(\d+);/)?.[1];
  if (socket === undefined || pid === undefined) throw new Error(`ssh-agent said: ${stdout}`);
  const stop = () => void process.kill(Number(pid));
  try {
    for (const file of privateKeyFiles) {
      await execute("ssh-add", ["-q", file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    }
  } catch (error) {
    stop();
    throw error;
  }
  return { socket, stop };
}

/** An agent that holds a key of which there is no file. */
export async function startSshAgentWith({ privateKey }: SshKey): Promise<SshAgent> {
  const folder = mkdtempSync(join(tmpdir(), "portknock-key-"));
  try {
    const file = join(folder, "key");
    writeFileSync(file, privateKey, { mode: 0o600 });
    return await startSshAgent(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
