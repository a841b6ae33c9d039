import { randomBytes } from "node:crypto";

import pLimit = require("p-limit");

import type { Connection } from "./connection";
import { HOST_SCRIPT } from "./envelope";
import { STATUS_COMMAND } from "./hostCommand";
import { type HostStatus, parseHostStatus } from "./hostStatus";
import { type RemoteResult, runOverSsh } from "./runOverSsh";

/** What asking a host brought. */
export type ProbeResult =
  | { readonly kind: "answered"; readonly status: HostStatus }
  /** It could not be asked: nothing is known about it. */
  | { readonly kind: "unchecked"; readonly reason: string }
  /** It was asked and cannot say: nothing can be applied there either. The nonce is never the same. */
  | { readonly kind: "unfit"; readonly reason: string; readonly nonce: string };

/** A big table takes a while to list. */
const ANSWER_SECONDS = 30;

/** Handshakes cost this process time, and hundreds at once would time each other out. */
const inTurn = pLimit(32);

/** Asks a host for its status over one SSH connection. Read-only, never retried, never throws. */
export async function probeHost(connection: Connection): Promise<ProbeResult> {
  const timeoutSeconds = ANSWER_SECONDS + connection.perDialTimeout;
  const run = { command: STATUS_COMMAND, input: HOST_SCRIPT, timeoutSeconds };
  try {
    const result = await inTurn(() => runOverSsh(connection, run));
    return read(result);
  } catch (error) {
    return {
      kind: "unchecked",
      reason: error instanceof Error ? error.message : "failed for an unknown reason",
    };
  }
}

function read({ exitCode, stdout, stderr }: RemoteResult): ProbeResult {
  const unfit = (reason: string): ProbeResult => ({
    kind: "unfit",
    reason,
    nonce: randomBytes(6).toString("hex"),
  });
  if (exitCode !== 0) {
    return unfit(complaint(stderr) ?? "its status cannot be read");
  }
  const status = parseHostStatus(stdout);
  return status === undefined
    ? unfit("its status is not one that this version understands")
    : { kind: "answered", status };
}

/** The host script's own complaint, and nobody else's. */
function complaint(stderr: string): string | undefined {
  return /^portknock: (.*)$/m.exec(stderr)?.[1];
}
