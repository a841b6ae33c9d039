import { isDeepStrictEqual } from "node:util";
import type { Account, Typist } from "../account";
import { CheckError } from "../checkError";

/** A command that somebody typed, and what it printed. */
export interface Entry {
  readonly typist: Typist;
  readonly command: string;
  readonly output: readonly string[];
}

/** An account that is kept instead of shown. */
export interface Recorder extends Account {
  /** What was recorded since the last time. */
  take(): readonly Entry[];
}

/**
 * Leaves out how long something took, which differs from run to run.
 *
 * @param names stand where these addresses were printed or typed
 */
export function createRecorder(names: Readonly<Record<string, string>>): Recorder {
  let entries: Entry[] = [];
  const named = (text: string): string =>
    Object.entries(names)
      .reduce((line, [address, name]) => line.replaceAll(address, name), text)
      .replace(/ in [\d.]+ s$/, "");

  return {
    run: (typist, command, work) => {
      entries.push({ typist, command: named(command), output: [] });
      return work();
    },
    meanwhile: (_, work) => work(),
    output: (lines) => {
      const last = entries.pop();
      if (last !== undefined) {
        entries.push({ ...last, output: [...last.output, ...lines.map((line) => named(line.trimEnd()))] });
      }
    },
    equal: (claim, seen, expected) => {
      if (!isDeepStrictEqual(seen, expected)) throw new CheckError(claim, `${expected}`, `${seen}`);
    },
    match: (claim, seen, expected) => {
      if (!expected.test(seen)) throw new CheckError(claim, `${expected}`, seen);
    },
    take: () => {
      const taken = entries;
      entries = [];
      return taken;
    },
  };
}
