import { spawn } from "node:child_process";
import { STATUS_SCRIPT } from "./envelope";
import { statusCommand } from "./hostCommand";
import { hostText, shortened } from "./hostText";
import { type ProbeResult, readAnswer } from "./probeHost";
import { MOST_BYTES, type RemoteResult } from "./runOverSsh";

/**
 * What of a person's configuration has no place here: nothing is asked of anybody, lent to the host, forwarded,
 * run beside it, or left running.
 */
const OPTIONS = [
  "-T",
  "-a",
  "-x",
  ...[
    "BatchMode=yes",
    "ClearAllForwardings=yes",
    "ControlMaster=no",
    "PermitLocalCommand=no",
    "RemoteCommand=none",
  ].flatMap((option) => ["-o", option]),
];

/** By which ssh says that it was ssh itself that failed. */
const OF_SSH = 255;

/** Asks a host for its status by the ssh command, whose configuration and agent say how to reach it. Read-only, never throws. */
export async function probeByOpenSsh(host: string, timeoutSeconds: number): Promise<ProbeResult> {
  try {
    const result = await runSsh(host, timeoutSeconds);
    return result.exitCode === OF_SSH
      ? { kind: "unchecked", reason: lastWords(result.stderr), isReached: false }
      : readAnswer(result);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "failed for an unknown reason";
    return { kind: "unchecked", reason, isReached: false };
  }
}

/** @throws Error whose message is the end of a sentence that begins with the host. */
function runSsh(host: string, timeoutSeconds: number): Promise<RemoteResult> {
  return new Promise((resolve, reject) => {
    const ssh = spawn("ssh", [...OPTIONS, "--", host, statusCommand()], { stdio: "pipe" });
    const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    const finish = (code: number | null, hasFlooded: boolean): void => {
      clearTimeout(timer);
      resolve({
        exitCode: code ?? undefined,
        stdout: Buffer.concat(said.stdout).toString("utf8"),
        stderr: Buffer.concat(said.stderr).toString("utf8"),
        hasFlooded,
      });
    };
    // What ssh started for its part may hold the streams for longer than ssh lives.
    const end = (): void => {
      ssh.kill();
      ssh.stdout.destroy();
      ssh.stderr.destroy();
    };
    const timer = setTimeout(() => {
      reject(new Error(`did not answer within ${timeoutSeconds} seconds`));
      end();
    }, timeoutSeconds * 1000);
    for (const stream of ["stdout", "stderr"] as const) {
      ssh[stream].on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) {
          said[stream].push(chunk);
        } else {
          finish(null, true);
          end();
        }
      });
    }
    // It may end before it has read all; how it ended says why.
    ssh.stdin.on("error", () => undefined);
    ssh.stdin.end(STATUS_SCRIPT);
    ssh.once("close", (code) => finish(code, false));
    ssh.once("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new Error(`cannot be asked: ssh cannot be started (${error.code}); install OpenSSH's client`));
    });
  });
}

/** Which ssh prints at its end, behind what a host's banner says. */
function lastWords(stderr: string): string {
  const line = hostText(stderr)
    .split(/\n|\\u\{d\}/)
    .findLast((each) => each.trim() !== "");
  return line === undefined
    ? "could not be reached by ssh"
    : `could not be reached: ${shortened(line.trim())}`;
}
