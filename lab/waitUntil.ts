import { setTimeout as delay } from "node:timers/promises";

const pollMilliseconds = 20;

/** Polls until `probe` gives something other than undefined or false; `describe` words the error of a timeout. */
export async function waitUntil<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutSeconds: number,
  describe: () => string,
): Promise<T> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${describe()}: not within ${timeoutSeconds} s`);
    await delay(pollMilliseconds);
  }
}
