import { existsSync, readFileSync } from "node:fs";
import type { Container } from "./container";
import { readProcess } from "./processes";
import { runOnHost } from "./runOnHost";
import { waitUntil } from "./waitUntil";

const bootSeconds = 30;

/** Resolves when sshd listens, logins are allowed and the boot's own jobs are done. */
export async function awaitBoot(container: Container, name: string, consolePath: string): Promise<void> {
  try {
    await waitUntil(
      () => acceptsLogins(container),
      bootSeconds,
      () => "sshd",
    );
    // A failed unit makes this exit with 1: that is for the tests to judge.
    await runOnHost(leaderOf(container), "systemctl is-system-running --wait", {
      check: false,
      timeoutSeconds: bootSeconds,
    });
  } catch (error) {
    await container.kill();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${name} did not boot: ${reason}; its console:\n${tail(consolePath)}`);
  }
}

function acceptsLogins(container: Container): boolean {
  if (container.hasEnded()) throw new Error("systemd-nspawn ended");
  const leader = container.leader();
  // pam_nologin turns everybody but root away until systemd-user-sessions removes the file.
  return leader !== undefined && isListening(leader, 22) && !existsSync(`/proc/${leader}/root/run/nologin`);
}

export function leaderOf(container: Container): number {
  const leader = container.leader();
  if (leader === undefined) throw new Error("the host has no running systemd; boot it first");
  return leader;
}

/**
 * From the kernel's list of sockets and not by connecting: the host's firewall may refuse every connection, and
 * a probe would be a packet too many for whoever counts them.
 */
function isListening(pid: number, port: number): boolean {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const listening = "0A";
  return ["net/tcp", "net/tcp6"]
    .flatMap((file) => readProcess(pid, file).split("\n"))
    .map((line) => line.trim().split(/\s+/))
    .some(([, local, , state]) => state === listening && local?.endsWith(suffix) === true);
}

function tail(path: string): string {
  return readFileSync(path, "utf8").split("\n").slice(-30).join("\n");
}
