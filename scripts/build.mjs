// Builds dist/: JavaScript, source maps, type declarations and the host script. Does nothing when its inputs are
// unchanged. npm runs it before it packs, in a clone after `npm ci`, and where somebody depends on the repository.
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { install } from "./setup/account.mjs";
import { hashOf, putInPlace, readIfThere, writeWhole } from "./setup/files.mjs";
import { root } from "./setup/paths.mjs";
import { run } from "./setup/run.mjs";

const sources = ["index.ts", "components", "cli", "provider"];
const inputs = [...sources, "tsconfig.json", "tsconfig.build.json", "package-lock.json", "scripts/build.mjs"];
const dist = join(root, "dist");

export async function build() {
  const hash = hashOf(root, inputs);
  if (readIfThere(join(dist, ".inputs")) !== hash) {
    // tsc fills a folder of its own: a failed build leaves the last good one, and what is gone from the sources is gone.
    await install("dist", "about 10 s", () => putInPlace(dist, (next) => fill(next, hash)));
  }
  linkCommand();
}

async function fill(folder, hash) {
  const args = ["-p", "tsconfig.build.json", "--outDir", folder];
  await run(process.execPath, [compiler(), ...args], { cwd: root });
  for (const script of [...scriptsIn("components/remote"), ...scriptsIn("components/remote/host")]) {
    mkdirSync(dirname(join(folder, script)), { recursive: true });
    copyFileSync(join(root, script), join(folder, script));
  }
  const command = join(folder, "cli/main.js");
  if (existsSync(command)) chmodSync(command, 0o755);
  writeWhole(join(folder, ".inputs"), hash);
}

/** In a workspace it is in the node_modules of a folder above. */
function compiler() {
  try {
    return createRequire(join(root, "package.json")).resolve("typescript/bin/tsc");
  } catch {
    throw new Error("there is no TypeScript to build it with; npm ci --include=dev brings it");
  }
}

function scriptsIn(folder) {
  const files = readdirSync(join(root, folder));
  return files.filter((file) => file.endsWith(".sh")).map((file) => join(folder, file));
}

/** In a checkout npm does not link the project's own command, so `npx --no portknock` would not find it. */
function linkCommand() {
  // There it takes an administrator to make a link.
  if (process.platform === "win32") return;
  const link = join(root, "node_modules/.bin/portknock");
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync("../../dist/cli/main.js", link);
}

/** The same for npm, which needs an exit code. */
export async function buildOrFail() {
  try {
    await build();
  } catch (error) {
    console.error(`dist could not be built: ${error.message}`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await buildOrFail();
