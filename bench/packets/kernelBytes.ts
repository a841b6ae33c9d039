import { readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** What rules and sets are made of: slabs that nobody can reclaim, bigger allocations, counters for each core. */
const FIELDS = ["SUnreclaim", "VmallocUsed", "Percpu"];

const AT_REST_BYTES = 256 * 1024;
const MOST_ATTEMPTS = 20;

/** Memory that the kernel holds for itself. Everything that runs on the machine moves it a little. */
export function kernelBytes(): number {
  // The cores count for themselves and are asked only about once a second.
  writeFileSync("/proc/sys/vm/stat_refresh", "1");
  const text = readFileSync("/proc/meminfo", "utf8");
  const kilobytes = FIELDS.map((field) =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(text)?.[1]),
  );
  return kilobytes.reduce((sum, value) => sum + value, 0) * 1024;
}

/** Waits until the kernel has taken apart what was removed: it does that later, and tells nobody. */
export async function bytesAtRest(): Promise<void> {
  let before = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const now = kernelBytes();
    if (before - now < AT_REST_BYTES) return;
    before = now;
    await sleep(500);
  }
}
