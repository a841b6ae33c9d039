import { constants } from "node:os";
import type { Terminal } from "./terminal";

/** Ends the demo on Ctrl-C and its like; the lab is removed while the process exits. */
export function endOnSignal(terminal: Terminal): void {
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      terminal.line("\ninterrupted: removing the hosts");
      process.exit(128 + constants.signals[signal]);
    });
  }
}
