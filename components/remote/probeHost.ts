import type { Connection } from "./connection";
import { LoginClosed } from "./dial";
import { STATUS_SCRIPT } from "./envelope";
import { statusCommand } from "./hostCommand";
import { type HostStatus, parseHostStatus } from "./hostStatus";
import { firstLine, hostText, shortened } from "./hostText";
import { DialError, type Patience } from "./redial";
import { type RemoteResult, runOverSsh } from "./runOverSsh";

/** What asking a host brought. */
export type ProbeResult =
  | { readonly kind: "answered"; readonly status: HostStatus }
  /** It could not be asked: nothing is known about it, but for whether it let anybody log in. */
  | { readonly kind: "unchecked"; readonly reason: string; readonly isReached: boolean }
  /** It was asked and cannot say: nothing can be applied there either. */
  | { readonly kind: "unfit"; readonly reason: string };

/**
 * Asks a host for its status over one SSH connection. Read-only, never throws.
 *
 * @param network in which addresses are to be tokens there: a host where they cannot be is unfit
 */
export async function probeHost(
  connection: Connection,
  patience: Patience,
  network?: string,
): Promise<ProbeResult> {
  const run = {
    command: statusCommand(network),
    input: STATUS_SCRIPT,
    timeoutSeconds: patience.answerSeconds,
  };
  try {
    const result = await runOverSsh(connection, run, patience);
    return readAnswer(result);
  } catch (error) {
    if (error instanceof LoginClosed) {
      return { kind: "unfit", reason: closedAtLogin(connection.user, firstLine(hostText(error.said))) };
    }
    return {
      kind: "unchecked",
      reason: error instanceof Error ? error.message : "failed for an unknown reason",
      isReached: !(error instanceof DialError),
    };
  }
}

/** What the answer of a host means. */
export function readAnswer(result: RemoteResult): ProbeResult {
  const status = result.exitCode === 0 ? parseHostStatus(hostText(result.stdout)) : undefined;
  return status === undefined ? { kind: "unfit", reason: reasonOf(result) } : { kind: "answered", status };
}

/** Why a script of ours did not do on a host what it was to do, as the host says it. */
export function reasonOf({ hasFlooded, ...said }: RemoteResult): string {
  const stdout = hostText(said.stdout);
  const stderr = hostText(said.stderr);
  return complaint(stderr) ?? `${inItsPlace(firstLine(stdout) || firstLine(stderr), hasFlooded)}; ${REMEDY}`;
}

function closedAtLogin(user: string, line: string): string {
  return `lets user ${user} in and closes the connection, saying "${line}"; look for /etc/nologin, and whether the account has expired`;
}

const REMEDY = "look at this user's shell, at what it runs at login, and at forced commands of sshd";

function inItsPlace(line: string, hasFlooded: boolean): string {
  const words = hasFlooded ? "does not stop talking" : "did not run our script";
  return line === "" ? words : `${words}, and says "${line}"`;
}

/** The host script's own complaint: the last one, for a login may print before it. */
function complaint(stderr: string): string | undefined {
  const line = [...stderr.matchAll(/portknock: (.*)$/gm)].at(-1)?.[1];
  return line === undefined ? undefined : shortened(line);
}
