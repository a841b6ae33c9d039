import type { Command } from "commander";
import {
  printVerification,
  printVerificationJson,
  printVerificationJunit,
  type VerifiedAddress,
} from "../components/verify/verification";
import type { Expected, ExpectedKey } from "../components/verify/verifyHost";
import { type Card, type Key, portToTry, secretOf } from "./card";
import { usageError } from "./commandError";
import { parseDelay } from "./delay";
import { allCards, type DoorFlags, findCards, findKeys, type NamedCard, openingOf } from "./door";
import { addDoorOptions } from "./doorOptions";
import { writePrivate } from "./writePrivate";

import pLimit = require("p-limit");

interface VerifyFlags extends DoorFlags {
  readonly json?: true;
  readonly junit?: string;
  readonly longest: string;
}

/** How many hosts are looked at at once. */
const AT_ONCE = 32;

const EXAMPLES = `
Connects and knocks from this machine, and touches nothing on the hosts: guarded ports look like ports on which nobody listens, open
after the knock, and are closed again when the window is over; open ports answer. Each address of a host by itself, of both families.
Run it where neither allow nor a window lets this machine in. Of UDP ports nothing shows from outside.

Exit codes: 0 nothing failed, 1 something did or nothing could be looked at, 2 wrong usage.

Examples:
  $ portknock verify --stack prod
  $ portknock verify web-1 --stack prod --as ci --junit report.xml
  $ portknock verify web-1 --longest 60s --json`;

export function addVerifyCommand(program: Command): void {
  const command = program
    .command("verify")
    .summary("look from outside whether hosts are as they should be")
    .description("Shows that guarded ports are shut, open to who knocks, and close again.")
    .argument("[NAME...]", "hosts by their names (default: all)");
  addDoorOptions(command)
    .option("--longest <TIME>", "how long to wait at most for a window to end", "30s")
    .option("--json", "print JSON, on one line")
    .option("--junit <FILE>", "write a report as build servers read it as well")
    .addHelpText("after", EXAMPLES)
    .action(runVerify);
}

async function runVerify(names: readonly string[], flags: VerifyFlags): Promise<void> {
  const longestSeconds = parseDelay(flags.longest, "--longest") / 1000;
  const cards = names.length === 0 ? await allCards(flags) : await findCards(names, flags);
  if (cards === undefined) {
    throw usageError("a host is none that is enrolled; give --stack, or run portknock enroll");
  }
  const expected = [...findKeys(cards, flags)].map(([named, key]) => expectedOf(named, key));
  const { verifyHost } = await import("../components/verify/verifyHost.js");
  const inTurn = pLimit(AT_ONCE);
  let done = 0;
  const say = (words: string): void => {
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\u001b[K${words}`);
    }
  };
  say(`looking at ${expected.length} ${expected.length === 1 ? "host" : "hosts"}`);
  const verified = await Promise.all(
    expected.map((host) =>
      inTurn(async () => {
        const addresses = await verifyHost(host, { longestSeconds });
        done += 1;
        say(`${done} of ${expected.length} hosts are looked at`);
        return addresses;
      }),
    ),
  ).finally(() => say(""));
  await report(verified.flat(), flags);
}

async function report(addresses: readonly VerifiedAddress[], { json, junit }: VerifyFlags): Promise<void> {
  if (junit !== undefined) {
    await writePrivate(junit, printVerificationJunit(addresses), "--junit");
  }
  process.stdout.write(json === true ? printVerificationJson(addresses) : printVerification(addresses));
  const outcomes = new Set(addresses.flatMap(({ checks }) => checks.map(({ outcome }) => outcome)));
  // Where nothing could be looked at, nothing is shown.
  process.exitCode = outcomes.has("failed") || !outcomes.has("passed") ? 1 : 0;
}

function expectedOf({ name, card }: NamedCard, key: Key | string): Expected {
  return {
    name,
    host: card.address,
    guarded: card.keys.flatMap(({ ports }) => ports),
    open: card.openPorts,
    traps: card.traps,
    knocked: card.keys.flatMap(({ sequence = [] }) => sequence.map(({ port }) => port)),
    key: typeof key === "string" ? key : expectedKeyOf(card, key),
  };
}

function expectedKeyOf(card: Card, key: Key): ExpectedKey {
  return {
    opening: openingOf(secretOf(card, key)),
    port: portToTry(key, card.port),
    windowSeconds: key.accessWindow,
    once: key.access === "once",
  };
}
