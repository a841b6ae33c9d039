import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";
import type { ResourceLog } from "./engineLog";
import type { CommandOutputs } from "./inputs";

/** Set-up builds it from `ssh/` and says here where it is. */
declare const SSH_PROGRAM: string;

const base64 = z.base64().default("");

const eventSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("status"), text: z.string().default("") }),
  /** A variable that the server does not accept. */
  z.object({ kind: z.literal("unset"), text: z.string() }),
  /** One without which the command does not run. */
  z.object({ kind: z.literal("unsetRequired"), text: z.string() }),
  z.object({ kind: z.literal("end"), stdout: base64, stderr: base64, failure: z.string().optional() }),
]);

type Event = z.infer<typeof eventSchema>;

/**
 * Runs a command on the host of `state`. The connection is left open until the plugin ends, as the original does:
 * every run dials anew and none hangs up.
 */
export async function runCommand(
  command: string,
  state: CommandOutputs,
  log: ResourceLog,
): Promise<Pick<CommandOutputs, "stdout" | "stderr">> {
  const request = {
    connection: state.connection,
    command,
    stdin: state.stdin,
    logStdout: isLogged(state.logging, "stdout"),
    logStderr: isLogged(state.logging, "stderr"),
    required: state.environment,
    optional: previousOutputs(state),
  };
  const program = spawn(SSH_PROGRAM, { stdio: ["pipe", "pipe", "inherit"] });
  const failed = new Promise<never>((_resolve, reject) => {
    program.once("error", reject);
    program.once("exit", () => reject(new Error("bug: the stand-in's SSH program ended")));
  });
  failed.catch(() => {});
  program.stdin.on("error", () => {});
  program.stdin.write(`${JSON.stringify(request)}\n`);
  const { stdout, stderr, failure } = await Promise.race([failed, ending(program.stdout, log)]);
  if (failure !== undefined) throw new Error(failure);
  return { stdout: withoutLastNewline(stdout), stderr: withoutLastNewline(stderr) };
}

/** Passes on what is for the log, and resolves with the end. */
function ending(
  output: NodeJS.ReadableStream,
  log: ResourceLog,
): Promise<{ stdout: string; stderr: string; failure: string | undefined }> {
  return new Promise((resolve) => {
    createInterface(output).on("line", (line) => {
      const event: Event = eventSchema.parse(JSON.parse(line));
      switch (event.kind) {
        case "status":
          log.status(event.text);
          break;
        case "unset":
          log.warning(refusal(event.text));
          break;
        case "unsetRequired":
          log.error(refusal(event.text));
          break;
        case "end": {
          const { stdout, stderr, failure } = event;
          resolve({ stdout: decode(stdout), stderr: decode(stderr), failure });
        }
      }
    });
  });
}

function decode(bytes: string): string {
  return Buffer.from(bytes, "base64").toString("utf8");
}

function previousOutputs({ addPreviousOutputInEnv, stdout, stderr }: CommandOutputs): Record<string, string> {
  if (addPreviousOutputInEnv === false) return {};
  return {
    ...(stdout !== "" && { PULUMI_COMMAND_STDOUT: stdout }),
    ...(stderr !== "" && { PULUMI_COMMAND_STDERR: stderr }),
  };
}

function isLogged(logging: CommandOutputs["logging"], from: "stdout" | "stderr"): boolean {
  return logging === undefined || logging === "stdoutAndStderr" || logging === from;
}

function refusal(name: string): string {
  return (
    `Unable to set '${name}': the SSH server has to accept it (AcceptEnv). ` +
    "With a shell on the host, the command itself can set it: 'NAME=value command'"
  );
}

function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
