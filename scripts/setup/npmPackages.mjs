import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { install } from "./account.mjs";
import { readIfThere } from "./files.mjs";
import { root } from "./paths.mjs";
import { run } from "./run.mjs";

/** node_modules as package-lock.json says; install scripts stay off. */
export async function ensureNpmPackages() {
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  const wanted = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules/.portknock-lock");
  if (readIfThere(stamp) === wanted) return;
  if (!isInstalled(JSON.parse(lock))) {
    await install("npm packages", "about half a minute", () =>
      run("npm", ["ci", "--ignore-scripts"], { cwd: root, progress: "npm packages" }),
    );
  }
  writeFileSync(stamp, wanted);
}

/** Whether somebody's own `npm install` already did it: npm notes beside the packages what it installed. */
function isInstalled(lock) {
  const noted = readIfThere(join(root, "node_modules/.package-lock.json"));
  if (noted === undefined) return false;
  const installed = JSON.parse(noted).packages;
  return Object.entries(lock.packages).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    return found === undefined
      ? wanted.optional === true || wanted.peer === true
      : found.version === wanted.version;
  });
}
