import type { HostShell } from "./hostPayload";

export interface Hanging extends AsyncDisposable {
  /** Whether the call has come. */
  isHit(): Promise<boolean>;
}

const FIRST = "/usr/local/sbin";
const HIT = "/run/hanging-call";

/**
 * Lets one call of a host's command hang as one does that waits for the kernel: SIGKILL alone ends it. It is the first
 * one whose arguments begin with these words, or the one of a number.
 */
export async function hangCommand(
  host: HostShell & { writeFile(path: string, text: string, mode?: number): Promise<void> },
  command: string,
  call: string | number,
): Promise<Hanging> {
  const isTheOne =
    typeof call === "number" ? `[ "$(wc -l <${HIT}-calls)" = ${call} ]` : `[ "\${*#'${call}'}" != "$*" ]`;
  await host.writeFile(
    `${FIRST}/${command}`,
    `#!/bin/sh
echo >>${HIT}-calls
if [ ! -e ${HIT} ] && ${isTheOne}; then
	true >${HIT}
	trap '' HUP INT TERM
	exec sleep infinity
fi
PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec ${command} "$@"
`,
    0o755,
  );
  return {
    isHit: async () => (await host.run(`[ -e ${HIT} ]`, { check: false })).exitCode === 0,
    [Symbol.asyncDispose]: async () => {
      await host.run(`rm -f ${FIRST}/${command} ${HIT} ${HIT}-calls`);
    },
  };
}
