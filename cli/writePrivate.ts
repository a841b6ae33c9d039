import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { CommandError } from "./commandError";

/** Writes a file that only its owner may read, in one piece: whoever has the old one open goes on reading that. */
export async function writePrivate(path: string, text: string, flag: string): Promise<void> {
  const next = `${path}.${randomUUID()}`;
  try {
    const file = await open(next, "wx", 0o600);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    const reason = error instanceof Error && "code" in error ? error.code : "unknown reason";
    throw new CommandError(1, [`${flag}: the file cannot be written (${reason}); check where it goes`]);
  }
}
