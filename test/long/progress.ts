/** A line every so often, and at the end how long it took. */
export interface Progress {
  show(done: string): void;
  seconds(): number;
}

const EVERY_MILLISECONDS = 10_000;

export function startProgress(): Progress {
  const start = performance.now();
  let shown = start;
  return {
    show(done) {
      if (performance.now() - shown < EVERY_MILLISECONDS) return;
      shown = performance.now();
      process.stdout.write(`${done}\n`);
    },
    seconds: () => Math.round((performance.now() - start) / 1000),
  };
}

/** An input as somebody can read it; what JSON has no words for, in JavaScript's. */
export function printInput(input: unknown): string {
  const text = JSON.stringify(input, (_key, value: unknown) =>
    ["bigint", "symbol", "function", "undefined"].includes(typeof value) ? String(value) : value,
  );
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
