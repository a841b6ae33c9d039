import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { note } from "./account.mjs";
import { cache } from "./paths.mjs";

/** Two set-ups at once: the second waits. A lock whose owner is gone is taken over. */
export async function withLock(work) {
  const lock = join(cache, "lock");
  mkdirSync(cache, { recursive: true });
  let waiting = false;
  while (!takeLock(lock)) {
    const owner = readOwner(lock);
    if (isStale(lock, owner)) {
      discard(lock);
      continue;
    }
    if (!waiting) note(`another set-up is running (process ${owner ?? "unknown"}), waiting for it`);
    waiting = true;
    await sleep(500);
  }
  const release = () => rmSync(lock, { recursive: true, force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function takeLock(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(lock, "owner"), `${process.pid}\n`);
  return true;
}

function readOwner(lock) {
  try {
    return Number.parseInt(readFileSync(join(lock, "owner"), "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

function isStale(lock, owner) {
  if (owner !== undefined) return !isRunning(owner);
  try {
    // No owner yet: it is between its two steps, or it died there.
    return Date.now() - statSync(lock).mtimeMs > 10_000;
  } catch {
    return false;
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function discard(lock) {
  // Renaming succeeds for one taker only; the others find the next lock or none.
  const grave = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, grave);
    rmSync(grave, { recursive: true, force: true });
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}
