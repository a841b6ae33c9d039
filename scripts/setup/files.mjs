import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";

/** The text of a file, or undefined when there is none. */
export function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** One hash over the names and contents of files and of everything in folders; what is missing is skipped. */
export function hashOf(base, names) {
  const hash = createHash("sha256");
  for (const file of names.flatMap((name) => filesIn(join(base, name))).sort()) {
    hash
      .update(`${relative(base, file)}\0`)
      .update(readFileSync(file))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Writes a file so that a reader sees the old or the new text, never half of it. */
export function writeWhole(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const next = `${file}.${process.pid}`;
  writeFileSync(next, text);
  renameSync(next, file);
}

/** Lets `fill` fill a new folder, `next`, and puts it in place of `folder`; a killed run leaves nothing half done. */
export async function putInPlace(folder, fill) {
  const next = `${folder}.next`;
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(next, { recursive: true, force: true });
  await fill(next);
  rmSync(folder, { recursive: true, force: true });
  renameSync(next, folder);
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesIn(join(path, name)));
}
