import type { Command } from "commander";
import { printPortRange } from "../components/policy/portRange";
import { chooseKey, parseCardJson, type WrittenCard, type WrittenKey, withKeyAlone } from "./card";
import { usageError } from "./commandError";
import { atAddress, type DoorFlags, findCard, namedCard } from "./door";
import { type AddressFlags, addAddressOption, addDoorOptions } from "./doorOptions";
import { changeHostsFile, hostsFilePath, isCalled } from "./hostsFile";
import { refuseReadableByOthers } from "./readSecret";
import { readText } from "./readText";

const EXAMPLES = `
Takes in what portknock card --json printed, so that portknock knock NAME and portknock ssh NAME know the host. It is kept in
~/.config/portknock/hosts.yaml, or in XDG_CONFIG_HOME, which only you may read. A knocker's key takes the place of the one
that he had, a service's own that of its old one.

Examples:
  $ portknock enroll web-1 web-1.json
  $ gpg --decrypt web-1.card | portknock enroll web-1
  $ portknock enroll web-1 web-1.json --address web-1.example.com
  $ portknock enroll web-1 --stack prod --as alice`;

export function addEnrollCommand(program: Command): void {
  const command = program
    .command("enroll")
    .summary("take in a card, so that hosts are known by their names")
    .description("Keeps where a host is and what opens it, for knock, open, ssh, proxy and card.")
    .argument("<NAME>", "what you call the host; with --stack its name in the program")
    .argument("[CARD.json]", "a card that only its owner may read; - is stdin", "-");
  addAddressOption(addDoorOptions(command)).addHelpText("after", EXAMPLES).action(runEnroll);
}

async function runEnroll(name: string, path: string, flags: DoorFlags & AddressFlags): Promise<void> {
  if (!isCalled(name)) {
    throw usageError("NAME: is none that a command could take; use letters, digits, dots and dashes");
  }
  const found = namedCard(
    name,
    flags.stack === undefined ? await cardOfText(path) : await cardOfStack(name, flags),
  );
  const { written: come, card } = atAddress(found, flags.address);
  await changeHostsFile((hosts) => {
    const old = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
    return { ...hosts, [name]: together(old, come) };
  });
  const opened = card.keys.map(
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

async function cardOfStack(name: string, flags: DoorFlags): Promise<WrittenCard> {
  const { written, card } = await findCard(name, flags);
  return withKeyAlone(written, card, chooseKey(name, card, flags));
}

/** What is new counts: a knocker has one key, and a service one of its own. Those of others stay. */
function together(old: WrittenCard | undefined, come: WrittenCard): WrittenCard {
  const kept =
    old?.name === come.name
      ? old.keys.filter((key) => !come.keys.some((each) => takesPlaceOf(each, key)))
      : [];
  return { ...come, keys: [...kept, ...come.keys] };
}

function takesPlaceOf(come: WrittenKey, old: WrittenKey): boolean {
  return (
    come.as === old.as && (come.as !== undefined || come.services.some((name) => old.services.includes(name)))
  );
}
