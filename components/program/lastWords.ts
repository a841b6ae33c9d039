import { programKind } from "./programKind";

/**
 * Says something when the engine ends the program before its time. At a step that fails it waits for the steps that run, takes
 * no message any more, tells the program nothing, and interrupts it. What is printed then still reaches the reader. An inline
 * program runs in a process of somebody else, who gets no signal.
 *
 * @returns what takes them back
 */
export function lastWords(words: () => string): () => void {
  if (programKind() !== "CLI") {
    return () => {};
  }
  const speak = (): void => {
    process.stdout.write(`${words()}\n`);
    if (process.listenerCount(SIGNAL) === 0) {
      process.kill(process.pid, SIGNAL);
    }
  };
  process.once(SIGNAL, speak);
  return () => void process.off(SIGNAL, speak);
}

const SIGNAL = "SIGINT";
