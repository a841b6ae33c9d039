import { existsSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** Where base images are read from and labs are kept while they run. */
export function cacheFolder(): string {
  const { PORTKNOCK_CACHE, XDG_CACHE_HOME } = process.env;
  const folder = PORTKNOCK_CACHE || join(XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-portknock");
  // Without links, as the kernel lists its mounts.
  return existsSync(folder) ? realpathSync(folder) : resolve(folder);
}

export function baseFolder(base: string): string {
  return join(cacheFolder(), "bases", base);
}

/** On a disk, not in /run: the upper folders hold whatever the hosts write. */
export function labsFolder(): string {
  return join(cacheFolder(), "labs");
}

export function labFolder(labId: string): string {
  return join(labsFolder(), labId);
}
