import { type RunOptions, type RunResult, runCommand } from "./runCommand";

export type HostRunOptions = Omit<RunOptions, "cwd">;

const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const killedExitCode = 137;

/** Runs a script as root in a container, past its network and so past its firewall. */
export async function runOnHost(
  leader: number,
  script: string,
  options: HostRunOptions = {},
): Promise<RunResult> {
  const { env = {}, timeoutSeconds = 60, check = true, input } = options;
  const variables = Object.entries({ HOME: "/root", LANG: "C.UTF-8", PATH: path, ...env });
  // An environment of its own: the caller's would leak into what the host's tools do.
  const clean = ["/usr/bin/env", "-i", ...variables.map(([name, value]) => `${name}=${value}`)];
  // The bound is kept inside: killing nsenter leaves the script running, with its end of the pipes open.
  const bounded = ["timeout", "--signal=KILL", `${timeoutSeconds}`, "sh", "-c", script];
  const start = performance.now();
  const result = await runCommand(["nsenter", `--target=${leader}`, "--all", "--", ...clean, ...bounded], {
    check: false,
    timeoutSeconds: timeoutSeconds + 5,
    ...(input === undefined ? {} : { input }),
  });
  const { exitCode, stdout, stderr } = result;
  const hasTimedOut = exitCode === killedExitCode && performance.now() - start >= timeoutSeconds * 1000;
  if (hasTimedOut) throw new Error(`${script}: still running after ${timeoutSeconds} s\n${stdout}${stderr}`);
  if (check && exitCode !== 0) throw new Error(`${script}: exit code ${exitCode}\n${stderr || stdout}`);
  return result;
}
