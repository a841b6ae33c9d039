import type { RunResult } from "../lab";
import { isPolicyWarning } from "../test/support/engineOutput";

const done = /^\S* +command:remote:Command \S+ (?:created|updated|deleted|\*\*\S+ failed\*\*)/;

/** What the engine did to each command of ours: `+  command:remote:Command fleet-web-1-apply created (0.5s)`. */
export function commandLines({ stdout }: RunResult): readonly string[] {
  return stdout
    .split("\n")
    .flatMap((line) => done.exec(line.trim())?.[0] ?? [])
    .toSorted((a, b) => (nameIn(a) < nameIn(b) ? -1 : 1));
}

function nameIn(line: string): string {
  return line.split("command:remote:Command ")[1] ?? "";
}

/** The engine's summary: `["~ 2 updated", "6 unchanged"]`. */
export function summaryLines({ stdout }: RunResult): readonly string[] {
  const [, summary = ""] = stdout.split(/^Resources:\n/m);
  const [counts = ""] = summary.split("\n\n");
  return counts
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The warnings and errors of the engine's own list of them, without the stack's own "update failed", and without
 * the warnings about the policy, which every run repeats. */
export function diagnosticLines({ stdout }: RunResult): readonly string[] {
  const [, diagnostics = ""] = stdout.split(/^Diagnostics:\n/m);
  const [list = ""] = diagnostics.split(/^(?:Outputs|Resources):\n/m);
  return list
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "error: update failed" && !/^\S+ \(\S+\):$/.test(line))
    .filter((line) => !isPolicyWarning(line));
}
