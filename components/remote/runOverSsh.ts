import type { Client } from "ssh2";
import type { Connection } from "./connection";
import { dial, meaningOf } from "./dial";
import type { Patience } from "./redial";

export interface RemoteRun {
  readonly command: string;
  readonly input: string;
  readonly timeoutSeconds: number;
}

export interface RemoteResult {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** It was cut off: it said more than anybody should hear. */
  readonly hasFlooded: boolean;
}

/** A whole report with thousands of sources is less. */
export const MOST_BYTES = 8_000_000;

/**
 * Runs one command on a host over one SSH connection, two with a proxy.
 *
 * @throws Error whose message says in words why it could not: no address, key or output in it.
 */
export async function runOverSsh(
  connection: Connection,
  run: RemoteRun,
  patience: Patience,
): Promise<RemoteResult> {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  try {
    const client = await dial(connection, patience, end.signal);
    const deadline = new Promise<never>((_resolve, reject) => {
      const seconds = run.timeoutSeconds;
      timer = setTimeout(() => reject(new Error(`did not answer within ${seconds} seconds`)), seconds * 1000);
    });
    return await Promise.race([execute(client, run), deadline]);
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}

function execute(client: Client, { command, input }: RemoteRun): Promise<RemoteResult> {
  return new Promise((resolve, reject) => {
    client.once("error", (error) => reject(meaningOf(error)));
    client.once("close", () => reject(new Error("closed the connection")));
    client.exec(command, (error, channel) => {
      if (error) {
        reject(new Error("refused to run a command"));
        return;
      }
      const stdout: Buffer[] = [];
      const stderr: Buffer[] = [];
      let exitCode: number | undefined;
      let hasExited = false;
      let bytes = 0;
      const finish = (hasFlooded: boolean): void => {
        resolve({ exitCode, stdout: text(stdout), stderr: text(stderr), hasFlooded });
      };
      const keepIn = (chunks: Buffer[]) => (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= MOST_BYTES) {
          chunks.push(chunk);
        } else {
          finish(true);
          client.destroy();
        }
      };
      channel.on("data", keepIn(stdout));
      channel.stderr.on("data", keepIn(stderr));
      channel.on("exit", (code: number | null) => {
        hasExited = true;
        exitCode = code ?? undefined;
      });
      channel.on("close", () => (hasExited ? finish(false) : reject(new Error("closed the connection"))));
      channel.end(input);
    });
  });
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}
