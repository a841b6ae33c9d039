import { type Command, Option } from "commander";
import { findTargets } from "../components/client/knock";
import { knockEverywhere } from "../components/client/knockEverywhere";
import { SLOT_SECONDS, TOKENS_PER_SLOT } from "../components/tokens/token";
import { usageError } from "./commandError";
import { parseDelay } from "./delay";
import { type Door, openingOf } from "./door";
import { addDoorOptions } from "./doorOptions";
import { runInside } from "./runInside";
import { type GivenDoorFlags, wantedDoors } from "./wantedDoors";

interface OpenFlags extends GivenDoorFlags {
  readonly every?: string;
}

const EVERY = "5s";

/** Another token each time to each address: so often there are new ones for one address. */
const SECONDS_FOR_A_TOKEN = SLOT_SECONDS / TOKENS_PER_SLOT;

const EXAMPLES = `
Knocks at every address of the hosts, then runs the command, and knocks again until it ends; ends as the command does. For
what runs without the program that would knock for itself. NAME is a host of --stack by its name in the program, or one that
portknock enroll took in. HOST is any other one: for it the terminal asks for the sequence without --sequence-file, or with --as
for the secret of tokens without --token-file; a host's name in the program is then HOST up to its first dot.

Of tokens there are 8 in ten minutes for each host. So the time from one to the next is ${SECONDS_FOR_A_TOKEN}s, or ${2 * SECONDS_FOR_A_TOKEN}s where a host has two
addresses, and never shorter; a shorter access window has gaps.

Examples:
  $ portknock open web-1 web-2 --stack prod -- ansible-playbook site.yml
  $ portknock open web-1.example.com web-2.example.com --sequence-file ~/.config/ci.knocks -- pulumi destroy
  $ portknock open db-1 --sequence-file ~/.config/me.knocks --every 15s -- ansible-playbook site.yml
  $ portknock open web-1.example.com --as ci --token-file ~/.config/ci.token -- pulumi destroy`;

export function addOpenCommand(program: Command): void {
  const command = program
    .command("open")
    .summary("keep hosts open to this machine while a command runs")
    .description("Knocks at hosts, runs a command, and holds the way open as long as it runs.")
    .usage("[options] <NAME|HOST...> -- <COMMAND> [ARGUMENT...]")
    .argument("<HOST...>", "names of hosts, or names or addresses to connect to, without ports");
  addDoorOptions(command)
    .addOption(
      new Option("--sequence-file <PATH>", "a file with the knocks that only its owner may read").conflicts([
        "stack",
        "service",
        "as",
      ]),
    )
    .addOption(
      new Option(
        "--token-file <PATH>",
        "a file with the secret of the knocker's tokens that only its owner may read",
      ).conflicts(["sequenceFile", "stack", "service"]),
    )
    .option(
      "--every <TIME>",
      `from one time to the next, below the access window (default: ${EVERY}, with tokens ${SECONDS_FOR_A_TOKEN}s)`,
    )
    .addHelpText("after", EXAMPLES)
    .action(runOpen);
}

async function runOpen(words: readonly string[], flags: OpenFlags): Promise<void> {
  const end = process.argv.indexOf("--");
  const command = end < 0 ? [] : process.argv.slice(end + 1);
  const hosts = words.slice(0, words.length - command.length);
  if (command.length === 0 || hosts.length === 0) {
    throw usageError("no command to run; write hosts, then -- and the command");
  }
  const doors = await wantedDoors(hosts, flags, "give every host by a name that does");
  const every = await pauseFor(doors, flags.every);
  const openings = doors.map(({ host, secret }) => ({ host, opening: openingOf(secret) }));
  const knockAtAll = () => Promise.all(openings.map(({ host, opening }) => knockEverywhere(host, opening)));
  await knockAtAll();
  // One that fails on the way is made up for by the next.
  const timer = setInterval(() => void knockAtAll().catch(() => undefined), Math.max(every, 1000));
  try {
    process.exitCode = await runInside(command, "the command");
  } finally {
    clearInterval(timer);
  }
}

/** From one time to the next, in milliseconds. */
async function pauseFor(doors: readonly Door[], every: string | undefined): Promise<number> {
  const asked = parseDelay(every ?? EVERY, "--every");
  const withTokens = doors.filter(({ secret }) => secret.kind === "token");
  if (withTokens.length === 0) {
    return asked;
  }
  const targets = await Promise.all(withTokens.map(({ host }) => findTargets(host)));
  const shortest = SECONDS_FOR_A_TOKEN * Math.max(...targets.map(({ length }) => length));
  if (every !== undefined && asked < shortest * 1000) {
    throw usageError(`--every: uses up more tokens than there are; write ${shortest}s or more`);
  }
  return Math.max(asked, shortest * 1000);
}
