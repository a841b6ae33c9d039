import type { Command } from "commander";
import { printPortRange } from "../components/policy/portRange";
import { chooseKey, parseCard, parseCardJson, type WrittenCard } from "./card";
import { usageError } from "./commandError";
import { findCards } from "./door";
import { addDoorOptions } from "./doorOptions";
import { hostsFilePath, readHostsFile, writeHostsFile } from "./hostsFile";
import { refuseReadableByOthers } from "./readSecret";
import { readText } from "./readText";

interface EnrollFlags {
  readonly stack?: string;
  readonly cwd: string;
  readonly service?: string;
  readonly as?: string;
}

const EXAMPLES = `
Takes in what portknock card --json printed, so that portknock knock NAME and portknock ssh NAME know the host. It is kept in
~/.config/portknock/hosts.yaml, or in XDG_CONFIG_HOME, which only you may read. A key for the same services of the same knocker takes the
place of the old one.

Examples:
  $ portknock enroll web-1 web-1.json
  $ gpg --decrypt web-1.card | portknock enroll web-1
  $ portknock enroll web-1 --stack prod --as alice`;

export function addEnrollCommand(program: Command): void {
  const command = program
    .command("enroll")
    .summary("take in a card, so that hosts are known by their names")
    .description("Keeps where a host is and what opens it, for knock, open, ssh, proxy and card.")
    .argument("<NAME>", "what you call the host; with --stack its name in the program")
    .argument("[CARD.json]", "a card that only its owner may read; - is stdin", "-");
  addDoorOptions(command).addHelpText("after", EXAMPLES).action(runEnroll);
}

async function runEnroll(name: string, path: string, flags: EnrollFlags): Promise<void> {
  if (!/^[\p{L}\d][\p{L}\d._/-]*$/u.test(name)) {
    throw usageError("NAME: is none that a command could take; use letters, digits, dots and dashes");
  }
  const come = flags.stack === undefined ? await cardOfText(path) : await cardOfStack(name, flags);
  const hosts = await readHostsFile();
  await writeHostsFile({ ...hosts, [name]: together(hosts[name], come) });
  const opened = parseCard(name, come).keys.map(
    ({ services, ports }) => `${services.join(", ")} (${ports.map(printPortRange).join(", ")})`,
  );
  process.stdout.write(`enrolled ${name} in ${hostsFilePath()}: opens ${opened.join("; ")}\n`);
}

async function cardOfText(path: string): Promise<WrittenCard> {
  if (path === "-" && process.stdin.isTTY) {
    process.stderr.write("Paste the card, then press Ctrl-D:\n");
  }
  const text = await readText(path, (file) => refuseReadableByOthers(path, file));
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    throw usageError("the card is not JSON; give what portknock card --json printed");
  }
  return parseCardJson("the card", written);
}

async function cardOfStack(name: string, flags: EnrollFlags): Promise<WrittenCard> {
  const [found] = (await findCards([name], flags)) ?? [];
  if (found === undefined) {
    throw usageError("NAME: is no host of the stack; check it, and --stack");
  }
  const key = chooseKey(name, found.card, flags);
  return { ...found.written, keys: found.written.keys.filter((_, index) => found.card.keys[index] === key) };
}

/** What is new counts; keys for other services, or of other knockers, stay. */
function together(old: WrittenCard | undefined, come: WrittenCard): WrittenCard {
  const idOf = ({ as, services }: WrittenCard["keys"][number]): string => JSON.stringify([as, services]);
  const replaced = new Set(come.keys.map(idOf));
  const kept = old?.name === come.name ? old.keys.filter((key) => !replaced.has(idOf(key))) : [];
  return { ...come, keys: [...kept, ...come.keys] };
}
