import { resolve } from "node:path";

/** A word for a POSIX shell. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * How ssh starts this very program in the place of a connection, whatever its PATH has.
 *
 * @param host what ssh is to put in the host's place: `%h`, or a name
 * @param port the same of the port
 */
export function proxyLine(
  host: string,
  port: string,
  {
    stack,
    cwd,
    service,
    as,
  }: { readonly stack?: string; readonly cwd: string; readonly service?: string; readonly as?: string },
): string {
  const option = (name: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [name, value];
  const fixed = [
    ...option("--stack", stack),
    ...(stack === undefined ? [] : ["--cwd", resolve(cwd)]),
    ...option("--service", service),
    ...option("--as", as),
  ];
  return [
    ...[process.execPath, process.argv[1] ?? ""].map(forSsh),
    "proxy",
    host,
    port,
    ...fixed.map(forSsh),
  ].join(" ");
}

/** ssh replaces what stands behind a per cent sign, and gives the rest to a shell. */
function forSsh(word: string): string {
  return quoted(word).replaceAll("%", "%%");
}
