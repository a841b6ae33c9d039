// Builds dist/: JavaScript, type declarations and the host script. Does nothing when its inputs are unchanged.
import { chmodSync, copyFileSync, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { install } from "./setup/account.mjs";
import { hashOf, putInPlace, readIfThere, writeWhole } from "./setup/files.mjs";
import { root } from "./setup/paths.mjs";
import { run } from "./setup/run.mjs";

const sources = ["index.ts", "components", "cli"];
const inputs = [...sources, "tsconfig.json", "tsconfig.build.json", "package-lock.json", "scripts/build.mjs"];
const dist = join(root, "dist");
// tsc fills a folder of its own: a failed build leaves the last good one, and what is gone from the sources is gone.
const scratch = join(root, "node_modules/.portknock-dist");

export async function build() {
  linkCommand();
  const hash = hashOf(root, inputs);
  if (readIfThere(join(dist, ".inputs")) === hash) return;
  await install("dist", "about 10 s", () => putInPlace(dist, (next) => fill(next, hash), scratch));
}

async function fill(folder, hash) {
  const args = ["-p", "tsconfig.build.json", "--outDir", folder];
  await run(join(root, "node_modules/.bin/tsc"), args, { cwd: root });
  for (const script of [...scriptsIn("components/remote"), ...scriptsIn("components/remote/host")]) {
    mkdirSync(dirname(join(folder, script)), { recursive: true });
    copyFileSync(join(root, script), join(folder, script));
  }
  const command = join(folder, "cli/main.js");
  if (existsSync(command)) chmodSync(command, 0o755);
  writeWhole(join(folder, ".inputs"), hash);
}

function scriptsIn(folder) {
  const files = readdirSync(join(root, folder));
  return files.filter((file) => file.endsWith(".sh")).map((file) => join(folder, file));
}

/** In a checkout npm does not link the project's own command, so `npx portknock` would not find it. */
function linkCommand() {
  const link = join(root, "node_modules/.bin/portknock");
  mkdirSync(join(root, "node_modules/.bin"), { recursive: true });
  if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync("../../dist/cli/main.js", link);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await build();
