import type { FileHandle } from "node:fs/promises";
import { read } from "read";
import { CommandError, usageError } from "./commandError";
import { readText } from "./readText";

/** What a secret is called where it is asked for, and what to give where there is no terminal. */
export interface SecretName {
  readonly prompt: string;
  readonly noun: string;
  readonly instead: string;
}

/** From a file, for `-` from standard input, and without a path from the terminal. */
export async function readSecret(path: string | undefined, name: SecretName): Promise<string> {
  const isTyped = path === undefined || path === "-";
  if (isTyped && process.stdin.isTTY && process.stderr.isTTY) {
    return askOnTerminal(name);
  }
  if (path === undefined) {
    throw usageError(`no ${name.noun}, and no terminal to ask on; give ${name.instead}`);
  }
  return readText(path, (file) => refuseReadableByOthers(path, file));
}

/** The prompt goes to stderr: stdout is for results. */
async function askOnTerminal({ prompt, noun }: SecretName): Promise<string> {
  const { stdin, stderr } = process;
  // Ctrl-D closes the prompt without an answer, which `read` does not report; the pause is all that is seen.
  const closed = new Promise<never>((_, reject) => {
    stdin.once("pause", () => setImmediate(() => reject(new Error("closed"))));
  });
  try {
    return await Promise.race([
      read({ prompt: `${prompt}:`, silent: true, input: stdin, output: stderr }),
      closed,
    ]);
  } catch {
    throw new CommandError(1, [`no ${noun} was entered; nothing was sent`]);
  } finally {
    stderr.write("\n");
  }
}

/** Whoever can read a secret has it. */
export async function refuseReadableByOthers(path: string, file: FileHandle): Promise<void> {
  const stats = await file.stat();
  // Windows reports every file as readable by all; a terminal belongs to the group tty.
  if (process.platform === "win32" || stats.isCharacterDevice()) {
    return;
  }
  if ((stats.mode & 0o077) !== 0) {
    throw new CommandError(1, [`${path}: may be read by others; run: chmod 600 ${path}`]);
  }
}
