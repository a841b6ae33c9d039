import { constants } from "node:os";

export interface RunResult {
  /** As in a shell: 128 + signal for a process ended by one. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Text for stdin; without it stdin is empty. */
  readonly input?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** @default 60 */
  readonly timeoutSeconds?: number;
  /** Throw when the exit code is not 0. @default true */
  readonly check?: boolean;
  readonly cwd?: string;
}

/** Runs one command to its end. */
export async function runCommand(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { input = "", env = {}, timeoutSeconds = 60, check = true, cwd } = options;
  // execa is an ES module and this package is CommonJS: only import() reaches it from here.
  const { execa } = await import("execa");
  const [file = "", ...args] = command;
  const ended = await execa(file, args, {
    input,
    env,
    timeout: timeoutSeconds * 1000,
    forceKillAfterDelay: 1000,
    reject: false,
    stripFinalNewline: false,
    ...(cwd === undefined ? {} : { cwd }),
  });
  const { stdout, stderr } = ended;
  const shown = command.map((word) => (word.length > 200 ? `${word.slice(0, 200)}…` : word)).join(" ");
  if (ended.timedOut)
    throw new Error(`${shown}: still running after ${timeoutSeconds} s\n${stdout}${stderr}`);
  const exitCode = exitCodeOf(ended);
  if (exitCode === undefined) throw new Error(`${shown}: ${ended.shortMessage}`);
  if (check && exitCode !== 0) throw new Error(`${shown}: exit code ${exitCode}\n${stderr || stdout}`);
  return { exitCode, stdout, stderr };
}

interface Ended {
  readonly exitCode?: number;
  readonly signal?: NodeJS.Signals;
}

/** Undefined for a process that never started. */
export function exitCodeOf({ exitCode, signal }: Ended): number | undefined {
  return signal === undefined ? exitCode : 128 + constants.signals[signal];
}
