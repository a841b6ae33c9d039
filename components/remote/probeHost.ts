import pLimit = require("p-limit");

import type { Connection } from "./connection";
import { HOST_SCRIPT } from "./envelope";
import { statusCommand } from "./hostCommand";
import { type HostStatus, parseHostStatus } from "./hostStatus";
import { runOverSsh } from "./runOverSsh";

/** What asking a host brought: its report, or in words why there is none. */
export type ProbeResult =
  | { readonly kind: "answered"; readonly status: HostStatus }
  | { readonly kind: "unchecked"; readonly reason: string };

/** A big table takes a while to list. */
const ANSWER_SECONDS = 30;

/** Handshakes cost this process time, and hundreds at once would time each other out. */
const inTurn = pLimit(32);

/** Asks a host for its status over one SSH connection. Read-only, never retried, never throws. */
export async function probeHost(connection: Connection): Promise<ProbeResult> {
  const timeoutSeconds = ANSWER_SECONDS + connection.perDialTimeout;
  const run = { command: statusCommand(connection.user), input: HOST_SCRIPT, timeoutSeconds };
  try {
    const result = await inTurn(() => runOverSsh(connection, run));
    if (result.exitCode !== 0) {
      return { kind: "unchecked", reason: firstLine(result.stderr) ?? "its status could not be read" };
    }
    return { kind: "answered", status: parseHostStatus(result.stdout) };
  } catch (error) {
    return { kind: "unchecked", reason: error instanceof Error ? error.message : "unknown failure" };
  }
}

/** The host script's own complaint, and nobody else's. */
function firstLine(stderr: string): string | undefined {
  return /^portknock: (.*)$/m.exec(stderr)?.[1];
}
