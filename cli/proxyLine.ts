import { resolve } from "node:path";
import type { DoorFlags } from "./door";

/**
 * How ssh starts this very program in the place of a connection, whatever its PATH has.
 *
 * @param name of the host, where it is not the one that ssh was given
 */
export function proxyLine({ stack, cwd, service, as }: DoorFlags, name?: string): string {
  const option = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value].map(forSsh);
  return [
    ...[process.execPath, process.argv[1] ?? "", "proxy"].map(forSsh),
    name === undefined ? "%n" : forSsh(name),
    "%p",
    ...option("--stack", stack),
    ...option("--cwd", stack === undefined ? undefined : resolve(cwd)),
    ...option("--service", service),
    ...option("--as", as),
  ].join(" ");
}

/** ssh replaces what stands behind a per cent sign, and gives the rest to a POSIX shell. */
function forSsh(word: string): string {
  const quoted = /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return quoted.replaceAll("%", "%%");
}
