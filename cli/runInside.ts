import { spawn } from "node:child_process";
import { constants } from "node:os";
import { CommandError } from "./commandError";

/**
 * Runs a command with our terminal and streams, and gives its exit code. A signal goes to both of us, or is handed on.
 *
 * @param whose what to call it in messages, for which arguments are no matter
 */
export function runInside([program = "", ...args]: readonly string[], whose: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    process.on("SIGINT", () => undefined);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => child.kill(signal));
    }
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(new CommandError(1, [`${whose} cannot be started (${error.code}); check its name`])),
    );
    child.once("exit", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
