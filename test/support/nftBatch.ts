import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printRuleset } from "../../components/ruleset/printRuleset";
import type { Ruleset } from "../../components/ruleset/ruleset";

/** Loads the rules of a file, then lists what is there: chains by name, sets and maps without their elements. */
const LOAD_AND_LIST = 'nft -f "$1" && nft list chains && nft -t list sets && nft -t list maps';

/** Root loads more at once: in a user namespace the kernel's socket buffer is small. */
const UNSHARE: readonly string[] = process.getuid?.() === 0 ? ["-n"] : ["-rn"];

/** nft's time for each ruleset grows with their number beyond this. */
export const BATCH = process.getuid?.() === 0 ? 50 : 10;

/**
 * Loads rulesets into the kernel, many at once, each as a table of its own in a fresh network namespace.
 *
 * @returns for each of them what is wrong; nothing where nft took it and lists exactly its chains, sets and maps.
 */
export async function loadRulesets(rulesets: readonly Ruleset[]): Promise<readonly (string | undefined)[]> {
  if (rulesets.length === 0) return [];
  const own = rulesets.map((ruleset, index) => ({ ...ruleset, table: `batch_${index}` }));
  const { isLoaded, stdout, stderr } = await loadText(own.map(printRuleset).join(""));
  if (isLoaded) {
    const listed = listedObjects(stdout);
    return own.map((ruleset) => difference(objectsOf(ruleset), listed.get(ruleset.table) ?? []));
  }
  if (rulesets.length === 1) return [`nft refused it: ${stderr}`];
  const half = Math.ceil(rulesets.length / 2);
  return [...(await loadRulesets(rulesets.slice(0, half))), ...(await loadRulesets(rulesets.slice(half)))];
}

interface Listing {
  readonly isLoaded: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function loadText(text: string): Promise<Listing> {
  const folder = await mkdtemp(join(tmpdir(), "portknock-batch-"));
  try {
    const file = join(folder, "rulesets.nft");
    await writeFile(file, text);
    return await run("unshare", [...UNSHARE, "sh", "-c", LOAD_AND_LIST, "sh", file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function run(program: string, args: readonly string[]): Promise<Listing> {
  return new Promise((resolve) => {
    execFile(program, args, { maxBuffer: 256 * 1024 * 1024, timeout: 300_000 }, (error, stdout, stderr) => {
      resolve({ isLoaded: error === null, stdout, stderr: stderr === "" ? `${error?.message}` : stderr });
    });
  });
}

function objectsOf({ chains, sets }: Ruleset): readonly string[] {
  return [
    ...chains.map(({ name }) => `chain ${name}`),
    ...sets.map(({ name, valueType }) => `${valueType === undefined ? "set" : "map"} ${name}`),
  ];
}

/** Table → `chain NAME`, `set NAME` and `map NAME`. nft names a table again for each kind of object. */
function listedObjects(listing: string): ReadonlyMap<string, readonly string[]> {
  const objects = new Map<string, string[]>();
  let table: string[] = [];
  for (const line of listing.split("\n")) {
    const [, tableName] = /^table inet (\S+) \{$/.exec(line) ?? [];
    const [, object] = /^\t((?:chain|set|map) \S+) \{$/.exec(line) ?? [];
    if (tableName !== undefined) {
      table = objects.get(tableName) ?? [];
      objects.set(tableName, table);
    }
    if (object !== undefined) table.push(object);
  }
  return objects;
}

function difference(expected: readonly string[], listed: readonly string[]): string | undefined {
  const missing = expected.filter((object) => !listed.includes(object));
  const surplus = listed.filter((object) => !expected.includes(object));
  const isSame = missing.length === 0 && surplus.length === 0 && expected.length === listed.length;
  return isSame
    ? undefined
    : `lists other objects: without ${missing.join(", ")}; with ${surplus.join(", ")}`;
}
