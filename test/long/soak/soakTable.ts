import type { Remains } from "./leaks";
import type { SoakOutcome } from "./soakHost";
import { COUNTED, COUNTED_NAMES } from "./tally";

export interface Soak {
  readonly minutes: number;
  readonly seed: number;
  readonly outcomes: readonly SoakOutcome[];
  /** Of the whole machine, before and after. */
  readonly memory: readonly [number, number];
}

export function printTable({ minutes, seed, outcomes, memory }: Soak): string {
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  const growth = (of: (remains: Remains) => number) =>
    outcomes.map(({ remains: [before, after] }) => `${of(before)} → ${of(after)}`);
  const lines = [
    `${minutes} minutes, seed ${seed}`,
    "",
    row(["", ...outcomes.map(({ profile, base }) => `${profile}, ${base}`)]),
    row(["---", ...outcomes.map(() => "---:")]),
    ...COUNTED_NAMES.map((name) => row([COUNTED[name].what, ...outcomes.map(({ tally }) => tally[name])])),
    row(["memory of systemd, kB", ...growth(({ systemdKilobytes }) => systemdKilobytes)]),
    row(["open files of systemd", ...growth(({ systemdFiles }) => systemdFiles)]),
    row(["units", ...growth(({ units }) => units)]),
    "",
    `Memory of the machine's kernel, kB: ${memory.join(" → ")}`,
    "",
  ];
  return `\n${lines.join("\n")}\n`;
}
