import { removeLab } from "./removeLab";

const liveLabs = new Set<string>();
const signals = ["SIGHUP", "SIGINT", "SIGTERM"] as const;

/** Has a lab removed when this process ends in any way it can notice. An uncaught error ends in "exit", too. */
export function removeAtExit(labId: string): void {
  if (liveLabs.size === 0) {
    process.on("exit", removeLiveLabs);
    for (const signal of signals) process.on(signal, onSignal);
  }
  liveLabs.add(labId);
}

/** Says that a lab has been removed. */
export function forgetAtExit(labId: string): void {
  liveLabs.delete(labId);
  if (liveLabs.size === 0) stopListening();
}

function removeLiveLabs(): void {
  for (const labId of liveLabs) removeLab(labId);
  liveLabs.clear();
}

function onSignal(signal: NodeJS.Signals): void {
  removeLiveLabs();
  stopListening();
  // With no listener left the signal does what it does by default; with one, the program decides.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function stopListening(): void {
  process.off("exit", removeLiveLabs);
  for (const signal of signals) process.off(signal, onSignal);
}
