import type { Readable } from "node:stream";
import { exitCodeOf, type RunOptions, type RunResult } from "./runCommand";

export type SpawnOptions = Pick<RunOptions, "input" | "env" | "cwd">;

/** A process that runs until it ends, `stop()` is called or its lab is disposed. */
export interface RunningProcess {
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Never rejects. */
  readonly result: Promise<RunResult>;
  /** SIGTERM, after two seconds SIGKILL; resolves when the process has ended. */
  stop(): Promise<RunResult>;
}

// The handle wraps execa's subprocess: that one is a thenable, so returned from an async function it would be
// awaited to its end.
export async function startProcess(
  command: readonly string[],
  options: SpawnOptions = {},
): Promise<RunningProcess> {
  const { input, env = {}, cwd } = options;
  const { execa } = await import("execa");
  const [file = "", ...args] = command;
  const subprocess = execa(file, args, {
    env,
    forceKillAfterDelay: 2000,
    reject: false,
    stripFinalNewline: false,
    ...(input === undefined ? {} : { input }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  const result = subprocess.then((ended) => ({
    exitCode: exitCodeOf(ended) ?? 127,
    stdout: ended.stdout,
    stderr: ended.stderr,
  }));
  const { pid } = subprocess;
  if (pid === undefined) throw new Error(`${command.join(" ")}: did not start: ${(await result).stderr}`);
  return {
    pid,
    stdout: subprocess.stdout,
    stderr: subprocess.stderr,
    result,
    stop: () => {
      subprocess.kill("SIGTERM");
      return result;
    },
  };
}
