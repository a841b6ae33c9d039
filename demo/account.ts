import { isDeepStrictEqual } from "node:util";
import { CheckError } from "./checkError";
import type { Terminal } from "./terminal";
import { wrapText } from "./wrapText";

/** Whose shell a command is typed into. */
export type Typist = "operator" | "stranger" | "bystander" | "web-1" | "web-2";

/** What a reader sees of one step: commands, the lines they printed, and what is thereby shown. */
export interface Account {
  /** Shows a command as a person would type it, while it runs. */
  run<T>(typist: Typist, command: string, work: () => Promise<T>): Promise<T>;
  /** Says what goes on that nobody types. */
  meanwhile<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Lines of a command's output. */
  output(lines: readonly string[]): void;
  /** @throws CheckError when the two are not equal. */
  equal<T>(claim: string, seen: T, expected: T): void;
  /** @throws CheckError when the text does not match. */
  match(claim: string, seen: string, expected: RegExp): void;
}

export interface StepAccount extends Account {
  /** The last line of a step, with the time it took. */
  end(seconds: number): void;
  /** The last lines of a step in which a claim turned out wrong, or something broke. */
  fail(error: unknown): void;
}

const promptWidth = 12;
const margin = " ".repeat(promptWidth + 2);

export function createAccount(terminal: Terminal): StepAccount {
  const { paint, width } = terminal;
  // The last claim waits for what follows it: the time of the step goes beside the last one.
  let held: string | undefined;

  const release = (time = ""): void => {
    if (held === undefined) return;
    const [first = "", ...rest] = wrapText(held, width - margin.length - 8);
    const gap = " ".repeat(Math.max(2, width - margin.length - 2 - first.length - time.length));
    terminal.line(
      `${margin}${paint("green", "✓")} ${first}${time === "" ? "" : `${gap}${paint("dim", time)}`}`,
    );
    for (const line of rest) terminal.line(`${margin}${line}`);
    held = undefined;
  };
  const hold = (claim: string): void => {
    release();
    held = claim;
  };
  const block = (text: string): void => {
    for (const line of text.split("\n").flatMap((each) => wrapText(each, width - margin.length))) {
      terminal.line(`${margin}${line}`);
    }
  };

  return {
    run: (typist, command, work) => {
      release();
      const sign = typist.startsWith("web-") ? "#" : "$";
      const prompt = paint("dim", `${typist.padStart(promptWidth - 1)} ${sign}`);
      const lines = wrapText(command, width - margin.length - 6).map((line) => paint("bold", line));
      return terminal.lineDuring(`${prompt} ${lines.join(`\n${margin}`)}`, work());
    },
    meanwhile: (what, work) => {
      release();
      return terminal.lineDuring(`${margin}${paint("dim", `… ${what}`)}`, work());
    },
    output: (lines) => {
      release();
      lines.forEach(block);
    },
    equal: (claim, seen, expected) => {
      if (!isDeepStrictEqual(seen, expected)) throw new CheckError(claim, print(expected), print(seen));
      hold(claim);
    },
    match: (claim, seen, expected) => {
      if (!expected.test(seen)) throw new CheckError(claim, `${expected}`, print(seen));
      hold(claim);
    },
    end: (seconds) => release(`${seconds.toFixed(1)} s`),
    fail: (error) => {
      release();
      const cross = paint("red", "✗");
      if (error instanceof CheckError) {
        terminal.line(`${margin}${cross} ${error.claim}`);
        block(`  expected: ${error.expected}`);
        block(`  seen:     ${error.seen}`);
      } else {
        const message = error instanceof Error ? error.message : String(error);
        const [first = "", ...rest] = message.trimEnd().split("\n");
        terminal.line(`${margin}${cross} ${first}`);
        if (rest.length > 0) block(rest.slice(0, 20).join("\n"));
      }
    },
  };
}

function print(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.trim() === "" ? "nothing" : text.trim();
}
