import { constants } from "node:os";
import type { ClientChannel } from "ssh2";
import { dial } from "./dial";
import type { ResourceLog } from "./engineLog";
import type { CommandOutputs } from "./inputs";
import { openSession } from "./openSession";

/**
 * Runs a command on the host of `state`. The connection is left open until the plugin ends, as the original does:
 * every run dials anew and none hangs up.
 */
export async function runCommand(
  command: string,
  state: CommandOutputs,
  log: ResourceLog,
): Promise<Pick<CommandOutputs, "stdout" | "stderr">> {
  const client = await dial(state.connection, log.status);
  const environment = { required: state.environment ?? {}, optional: previousOutputs(state), log };
  const { stdout, stderr, both, failure } = await openSession(client, command, environment, (session) =>
    collect(session, state, log),
  );
  if (failure !== undefined) throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${both}`);
  return { stdout: withoutLastNewline(stdout), stderr: withoutLastNewline(stderr) };
}

function previousOutputs({ addPreviousOutputInEnv, stdout, stderr }: CommandOutputs): Record<string, string> {
  if (addPreviousOutputInEnv === false) return {};
  return {
    ...(stdout !== "" && { PULUMI_COMMAND_STDOUT: stdout }),
    ...(stderr !== "" && { PULUMI_COMMAND_STDERR: stderr }),
  };
}

interface Collected {
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order of arrival. */
  readonly both: string;
  readonly failure: string | undefined;
}

function collect(session: ClientChannel, state: CommandOutputs, log: ResourceLog): Promise<Collected> {
  const chunks: { readonly from: "stdout" | "stderr"; readonly bytes: Buffer }[] = [];
  const logLines = lineSplitter(log.status);
  const keep = (from: "stdout" | "stderr") => (bytes: Buffer) => {
    chunks.push({ from, bytes });
    if (isLogged(state.logging, from)) logLines.write(bytes.toString());
  };
  session.on("data", keep("stdout"));
  session.stderr.on("data", keep("stderr"));
  session.on("error", () => {});
  let isStdinWritten = false;
  session.end(state.stdin ?? "", () => {
    isStdinWritten = true;
  });
  const textOf = (which: (from: "stdout" | "stderr") => boolean): string =>
    Buffer.concat(chunks.filter(({ from }) => which(from)).map(({ bytes }) => bytes)).toString();
  return new Promise((resolve) => {
    let failure: string | undefined = "wait: remote command exited without exit status or exit signal";
    session.on("exit", (code: number | null, signal?: string) => {
      failure = exitFailure(code, signal);
    });
    session.on("close", () => {
      logLines.end();
      // As in the original, a command that succeeds without taking its input in has failed.
      if (!isStdinWritten) failure ??= "EOF";
      resolve({
        stdout: textOf((from) => from === "stdout"),
        stderr: textOf((from) => from === "stderr"),
        both: textOf(() => true),
        failure,
      });
    });
  });
}

function exitFailure(code: number | null, signal: string | undefined): string | undefined {
  if (code === 0) return undefined;
  if (code !== null) return `Process exited with status ${code}`;
  const name = signal?.replace(/^SIG/, "") ?? "";
  const number = Object.entries(constants.signals).find(([key]) => key === `SIG${name}`)?.[1] ?? 0;
  return `Process exited with status ${128 + number} from signal ${name}`;
}

function isLogged(logging: CommandOutputs["logging"], from: "stdout" | "stderr"): boolean {
  return logging === undefined || logging === "stdoutAndStderr" || logging === from;
}

function lineSplitter(print: (line: string) => void): { write: (text: string) => void; end: () => void } {
  let rest = "";
  return {
    write: (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) print(line);
    },
    end: () => {
      if (rest !== "") print(rest);
    },
  };
}

function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
