import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { namespacePath } from "../../lab/network";

export interface ProcessWatch {
  /** Every text that was seen, once. */
  stop(): string;
}

/**
 * Looks at files of every process of a network namespace a hundred times a second, from now on: a process that does
 * anything worth telling takes longer.
 *
 * @param files in the process's folder of /proc: `cmdline`, `environ`
 */
export function watchProcesses(namespace: string, files: readonly string[]): ProcessWatch {
  const network = `net:[${statSync(namespacePath(namespace)).ino}]`;
  const seen = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        if (readlinkSync(`/proc/${pid}/ns/net`) !== network) continue;
        for (const file of files) seen.add(readFileSync(`/proc/${pid}/${file}`, "utf8"));
      } catch {
        // It has ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 10);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen].join("\n").replaceAll("\0", "\n");
    },
  };
}
