/** The verbs of the host script that a resource runs. */
export type Verb = "apply" | "confirm" | "remove";

/**
 * The command text that starts the host script, which arrives on standard input. It is shown in previews, errors
 * and process lists, so it holds nothing but the verb and a marker. It is also what `destroy` runs long after it was
 * written, so all that may ever change travels on standard input, in its first line.
 */
export function hostCommand(verb: Verb | "deliver", marker: string): string {
  return commandText(`${verb} ${marker}`);
}

/** The marker of a command text that `hostCommand` wrote. */
export function markerIn(text: string): string | undefined {
  return /; portknock [a-z]+ ([\w-]{1,64})'$/.exec(text)?.[1];
}

/**
 * The command text of the probe: from where the host was reached, which sudo would not let through, and of which network.
 *
 * @param network in which addresses are to be tokens; it is no secret
 */
export function statusCommand(network = ""): string {
  return commandText(`status "\${SSH_CONNECTION:-}" "${network}"`);
}

function commandText(call: string): string {
  // `read` takes one line from a pipe and not a byte more. Where it is another line, somebody was there before.
  // In two pieces, because every error of a command quotes its text, whatever failed.
  const words = 'echo "portknock: something on this host $w first, like a .bashrc" >&2';
  return `sh -c 'w="reads standard input"; read -r s; case $s in "portknock() {"*) eval "$s";; *) ${words}; exit 1;; esac; portknock ${call}'`;
}
