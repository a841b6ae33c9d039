import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const engineVersion = "3.259.0";
export const commandPluginVersion = "1.2.1";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

export const cache = resolve(
  process.env.PORTKNOCK_CACHE ??
    join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pulumi-portknock"),
);

/** A Pulumi home of our own, so that nothing a person has installed for other projects changes. */
export const pulumiHome = join(cache, "pulumi-home");

/** The file of that name in PATH, or undefined. */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    // An npm script's PATH has node_modules/.bin in it; what an npm package brings there is not a program we look for.
    if (folder !== "" && !folder.includes("node_modules") && isExecutable(file)) return file;
  }
  return undefined;
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
