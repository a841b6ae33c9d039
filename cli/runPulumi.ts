import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { CommandError } from "./commandError";

const run = promisify(execFile);

/** A large fleet's state, in one string. */
const MAX_BYTES = 512 * 1024 * 1024;

/** What the pulumi command prints. What it says when it fails stays out of our message: programs print what they like. */
export async function runPulumi(args: readonly string[], cwd: string): Promise<string> {
  try {
    const { stdout } = await run("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd,
      maxBuffer: MAX_BYTES,
    });
    return stdout;
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new CommandError(1, [
      isMissing
        ? "pulumi cannot be started; install it, and check --cwd"
        : `pulumi ${args.slice(0, 2).join(" ")} failed; run it by itself to see why`,
    ]);
  }
}
