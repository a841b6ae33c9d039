import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { onTestFinished } from "vitest";

export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The command as a process is started with it, from the repository's root. */
export const PORTKNOCK: readonly [string, ...string[]] = [
  process.execPath,
  "--import",
  "tsx",
  join(root, "cli/main.ts"),
];

/** Runs the command as a real process, without a terminal. */
export async function portknock(
  args: readonly string[],
  input = "",
  { timeZone = "UTC", path = process.env["PATH"] ?? "", configFolder = "/nowhere" } = {},
): Promise<Outcome> {
  const [node, ...nodeArgs] = PORTKNOCK;
  const { exitCode, stdout, stderr } = await execa(node, [...nodeArgs, ...args], {
    cwd: root,
    env: { COLUMNS: "80", NO_COLOR: "1", TZ: timeZone, PATH: path, XDG_CONFIG_HOME: configFolder },
    input,
    reject: false,
    stripFinalNewline: false,
  });
  return { exitCode, stdout, stderr };
}

/** A file of its own that is gone after the test. */
export function temporaryFile(name: string, text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), "portknock-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

/** How long it took is the only part of the output that differs from run to run. */
export function withoutTime(text: string): string {
  return text.replace(/in \d+\.\d s/, "in T s");
}
