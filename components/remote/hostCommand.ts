/** The verbs of the host script that a resource runs. */
export type Verb = "apply" | "confirm" | "remove";

/** A hung command would hang the update. Waiting for another run's lock takes up to a minute. */
const TIME_LIMIT = "timeout 180";

/**
 * The command text that starts the host script, which arrives on standard input. It is shown in previews, errors
 * and process lists, so it holds nothing but the verb and a marker.
 */
export function hostCommand(verb: Verb, marker: string): string {
  return asRoot(`${TIME_LIMIT} sh -s ${verb} ${marker}`);
}

/** The command text of the probe. Only the login shell knows from where it was reached, and sudo forgets it. */
export const STATUS_COMMAND: string = asRoot('sh -s status "$SSH_CONNECTION"');

/** The same text for every user. Where sudo refuses, the script runs as the user and says in words what is missing. */
function asRoot(command: string): string {
  return `sh -c '[ $(id -u) = 0 ] || ! sudo -n true 2>/dev/null || exec sudo -n ${command}; exec ${command}'`;
}
