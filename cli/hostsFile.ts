import { access, mkdir, open, realpath, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { objectOf } from "../components/policy/written/fieldSchemas";
import type { WrittenCard } from "./card";
import { CommandError, usageError } from "./commandError";
import { refuseReadableByOthers } from "./readSecret";
import { readText } from "./readText";
import { writePrivate } from "./writePrivate";

/** What somebody calls hosts → what he needs to come in. Secret. */
export type HostsFile = Readonly<Record<string, WrittenCard>>;

const VERSION = 1;

const HEADER = "# What `portknock enroll` wrote: keep it to yourself, whoever has it comes in.\n";

/** What somebody may call a host: a word that no shell and no pattern of ssh takes for its own. */
export function isCalled(name: string): boolean {
  return /^[\p{L}\d][\p{L}\d._/-]*$/u.test(name);
}

/** What stands in an entry, `parseCard` says of the one that is used. */
const fileSchema = objectOf({
  version: z.literal(VERSION),
  hosts: z.record(
    z.string().refine(isCalled),
    z.custom<WrittenCard>((card) => typeof card === "object" && card !== null),
  ),
});

/** `hosts.yaml` in `portknock` of XDG_CONFIG_HOME, which is `~/.config` where nobody says otherwise. */
export function hostsFilePath(): string {
  const configured = process.env["XDG_CONFIG_HOME"];
  return join(configured ? configured : join(homedir(), ".config"), "portknock", "hosts.yaml");
}

/** Nothing where there is no such file. It is refused where others can read it. */
export async function readHostsFile(): Promise<HostsFile> {
  const path = hostsFilePath();
  const isThere = await access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT" && error.code !== "ENOTDIR",
  );
  if (!isThere) {
    return {};
  }
  const text = await readText(path, (file) => refuseReadableByOthers(path, file));
  const { success, data } = fileSchema.safeParse(parseYaml(path, text));
  if (!success) {
    throw usageError(`${path}: is none that portknock enroll wrote; move it away, and enroll anew`);
  }
  return data.hosts;
}

/** The parser's own message quotes the text around the error, and that may be a sequence. */
function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text);
  } catch {
    throw usageError(`${path}: is not YAML; correct it, or move it away and enroll anew`);
  }
}

/** Changes the file, or makes it; the folder is only its owner's too, where it was not there before. One change after the other. */
export async function changeHostsFile(change: (hosts: HostsFile) => HostsFile): Promise<void> {
  const path = hostsFilePath();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(1, [`${dirname(path)}: cannot be made (${error.code}); check where it is`]);
  });
  const lock = await takeLock(path);
  try {
    const hosts = change(await readHostsFile());
    // Where it is a link, the file that it leads to is the one to change.
    const file = await realpath(path).catch(() => path);
    await writePrivate(file, `${HEADER}${stringify({ version: VERSION, hosts })}`, path);
  } finally {
    await rm(lock, { force: true });
  }
}

const LOCK_MILLISECONDS = 5000;
const LOCK_PAUSE_MILLISECONDS = 20;

/** Beside the file, as long as somebody changes it. One that stays was left by a process that was killed: that is told, and not guessed. */
async function takeLock(path: string): Promise<string> {
  const lock = `${path}.lock`;
  const end = performance.now() + LOCK_MILLISECONDS;
  for (;;) {
    try {
      await (await open(lock, "wx", 0o600)).close();
      return lock;
    } catch (error) {
      const reason = error instanceof Error && "code" in error ? error.code : "unknown reason";
      if (reason !== "EEXIST") {
        throw new CommandError(1, [`${lock}: cannot be made (${reason}); check where it is`]);
      }
    }
    if (performance.now() >= end) {
      throw new CommandError(1, [
        `${lock}: is there, as if another enroll was at work; remove it if none is`,
      ]);
    }
    await sleep(LOCK_PAUSE_MILLISECONDS);
  }
}
