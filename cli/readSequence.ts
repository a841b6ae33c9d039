import type { FileHandle } from "node:fs/promises";
import { read } from "read";
import { PolicyError } from "../components/policy/policyError";
import type { Knock } from "../components/policy/sequence";
import { parseSequence } from "../components/policy/sequence";
import { CommandError, usageError } from "./commandError";
import { readText } from "./readText";

/** Where the sequence is to come from; with neither, the terminal asks for it. */
export interface SequenceSource {
  readonly sequence?: string;
  readonly sequenceFile?: string;
}

/** Reads and parses the sequence. No message about it contains any of it. */
export async function readSequence(source: SequenceSource): Promise<readonly Knock[]> {
  const text = source.sequence ?? (await readSecret(source.sequenceFile));
  try {
    return parseSequence(text);
  } catch (error) {
    if (error instanceof PolicyError) {
      throw new CommandError(2, error.message.split("\n"));
    }
    throw error;
  }
}

async function readSecret(path: string | undefined): Promise<string> {
  const isTyped = path === undefined || path === "-";
  if (isTyped && process.stdin.isTTY && process.stderr.isTTY) {
    return askOnTerminal();
  }
  if (path === undefined) {
    throw usageError("no sequence, and no terminal to ask on; give --sequence-file");
  }
  return readText(path, (file) => refuseReadableByOthers(path, file));
}

/** The prompt goes to stderr: stdout is for results. */
async function askOnTerminal(): Promise<string> {
  const { stdin, stderr } = process;
  // Ctrl-D closes the prompt without an answer, which `read` does not report; the pause is all that is seen.
  const closed = new Promise<never>((_, reject) => {
    stdin.once("pause", () => setImmediate(() => reject(new Error("closed"))));
  });
  try {
    return await Promise.race([
      read({ prompt: "Knock sequence:", silent: true, input: stdin, output: stderr }),
      closed,
    ]);
  } catch {
    throw new CommandError(1, ["no sequence was entered; nothing was sent"]);
  } finally {
    stderr.write("\n");
  }
}

async function refuseReadableByOthers(path: string, file: FileHandle): Promise<void> {
  const stats = await file.stat();
  // Windows reports every file as readable by all; a terminal belongs to the group tty.
  if (process.platform === "win32" || stats.isCharacterDevice()) {
    return;
  }
  if ((stats.mode & 0o077) !== 0) {
    throw new CommandError(1, [`${path}: may be read by others; run: chmod 600 ${path}`]);
  }
}
