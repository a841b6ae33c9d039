import type { Command } from "commander";
import { renderUnicodeCompact } from "uqr";
import { printPortRange } from "../components/policy/portRange";
import { slotAt } from "../components/tokens/token";
import { chooseKey, type Key, printCardJson, type Secret, secretOf, withKeyAlone } from "./card";
import { chooseToken } from "./chooseToken";
import { usageError } from "./commandError";
import { atAddress, type DoorFlags, findCard, type NamedCard } from "./door";
import { type AddressFlags, addAddressOption, addDoorOptions } from "./doorOptions";
import { knockLine, sequenceLines } from "./sequenceLines";
import { printToken } from "./tokenCommand";
import { tokenLines } from "./tokenLines";

interface CardFlags extends DoorFlags, AddressFlags {
  readonly json?: true;
}

const EXAMPLES = `
What it prints is a secret: whoever has it comes in. With --json it is what portknock enroll takes, for a person who has this
program; without, lines to paste for one who has not, and on a terminal a QR code of one of them.

Run on Debian 12: knock, nmap and bash. Only read, in manuals: PowerShell.

Examples:
  $ portknock card web-1 --stack prod --as alice
  $ portknock card web-1 --stack prod --as alice --json | gpg --encrypt --recipient alice > web-1.card
  $ portknock card web-1 --stack prod --address web-1.example.com
  $ portknock card web-1 --service admin`;

export function addCardCommand(program: Command): void {
  const command = program
    .command("card")
    .summary("print what somebody needs to come to a host")
    .description("Prints where a host is and what opens it: to hand over to one person.")
    .argument("<NAME>", "a host of --stack by its name in the program, or one that portknock enroll took in");
  addAddressOption(addDoorOptions(command))
    .option("--json", "for portknock enroll")
    .addHelpText("after", EXAMPLES)
    .action(runCard);
}

async function runCard(name: string, flags: CardFlags): Promise<void> {
  const found = atAddress(await findCard(name, flags), flags.address);
  const { written, card } = found;
  const key = chooseKey(name, card, flags);
  if (flags.json === true) {
    process.stdout.write(printCardJson(withKeyAlone(written, card, key)));
    return;
  }
  const { text, line } = printSecret(found, secretOf(card, key));
  process.stdout.write(`${heading(found, key)}\n${text}`);
  if (process.stdout.isTTY) {
    process.stdout.write(`\n${renderUnicodeCompact(line, { border: 2 })}\n`);
  }
}

function heading({ name, card }: NamedCard, { services, ports, as, access }: Key): string {
  const opened = `${services.join(", ")} (${ports.map(printPortRange).join(", ")})`;
  const who = as === undefined ? "" : ` for ${as}`;
  return [
    `${name}, ${card.address}: opens ${opened}${who}${access === "once" ? ", for one connection" : ""}.`,
    "This is a secret: whoever has it comes in. Hand it over where nobody else reads it.\n",
  ].join("\n");
}

interface Printed {
  readonly text: string;
  /** For the QR code. */
  readonly line: string;
}

function printSecret({ card }: NamedCard, secret: Secret): Printed {
  const { name: host, address } = card;
  if (!/^(?!-)[\w.:-]+$/.test(address)) {
    throw usageError(
      "NAME: its address has what a shell, or a program, would take for its own; give another one with --address",
    );
  }
  if (secret.kind === "sequence") {
    const lines = sequenceLines(secret.sequence, address);
    const text = lines.flatMap(({ systems, line }) => ["", systems, `  ${line}`]).join("\n");
    return {
      text: `Any one of these lines knocks; then connect:\n${text}\n`,
      line: knockLine(secret.sequence, address),
    };
  }
  const { knocker, key } = secret;
  const slot = slotAt(Date.now() / 1000);
  const token = chooseToken(key, slot);
  return {
    text: [
      printToken({ slot, token }, { host, knocker, address }),
      `More of them, for paper: portknock token ${host} --as ${knocker} --count 20\n`,
    ].join("\n"),
    line: tokenLines(token, address)[0]?.lines[0] ?? token,
  };
}
