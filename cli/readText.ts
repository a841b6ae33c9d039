import { type FileHandle, open } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { usageError } from "./commandError";

const PROBLEMS: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "no such file; check the path"],
  ["ENOTDIR", "no such file; check the path"],
  ["EACCES", "may not be read; run as its owner"],
  ["EISDIR", "is a directory; name a file in it"],
]);

/** What a person calls the source that `path` stands for; `-` is standard input. */
export function sourceName(path: string): string {
  return path === "-" ? "standard input" : path;
}

/**
 * Reads a UTF-8 file, or standard input for `-`.
 *
 * @param inspect may refuse the file before anything is read, looking at the very file that is open.
 */
export async function readText(path: string, inspect?: (file: FileHandle) => Promise<void>): Promise<string> {
  if (path === "-") {
    // More than half a gigabyte does not fit into a string.
    return text(process.stdin).catch((error: unknown) => {
      throw readError(path, error);
    });
  }
  const file = await open(path).catch((error: unknown) => {
    throw readError(path, error);
  });
  try {
    await inspect?.(file);
    return await file.readFile("utf8").catch((error: unknown) => {
      throw readError(path, error);
    });
  } finally {
    await file.close();
  }
}

function readError(path: string, error: unknown): Error {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown reason";
  return usageError(
    `${sourceName(path)}: ${PROBLEMS.get(code) ?? `cannot be read (${code}); check the file`}`,
  );
}
