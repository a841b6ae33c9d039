/** The verbs of the host script that a resource runs. */
export type Verb = "apply" | "confirm" | "remove";

/** A hung command would hang the update. Waiting for another run's lock takes up to a minute. */
const TIME_LIMIT = "timeout 180";

/**
 * The command text that starts the host script, which arrives on standard input. It is shown in previews, errors
 * and process lists, so it holds nothing but the verb and a marker. Where sudo refuses, the script runs as the
 * user and says in words what is missing.
 */
export function hostCommand(user: string, verb: Verb, marker: string): string {
  return asRoot(user, `${TIME_LIMIT} sh -s ${verb} ${marker}`);
}

/** The command text of the probe. Only the login shell knows from where it was reached, and sudo forgets it. */
export function statusCommand(user: string): string {
  return asRoot(user, 'sh -s status "$SSH_CONNECTION"');
}

function asRoot(user: string, command: string): string {
  if (user === "root") {
    return command;
  }
  return `sh -c 'sudo -n true 2>/dev/null && exec sudo -n ${command}; exec ${command}'`;
}
