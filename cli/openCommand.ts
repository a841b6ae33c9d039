import { spawn } from "node:child_process";
import { constants } from "node:os";
import { type Command, Option } from "commander";
import { freshTokens } from "../components/client/freshTokens";
import { findTargets } from "../components/client/knock";
import { type ClientOpening, knockEverywhere } from "../components/client/knockEverywhere";
import { SLOT_SECONDS, TOKENS_PER_SLOT } from "../components/tokens/token";
import { CommandError, usageError } from "./commandError";
import { parseDelay } from "./delay";
import { readHost } from "./readHost";
import { readSequence, type SequenceSource } from "./readSequence";
import { hostNameOf, readTokenSecret } from "./readTokenSecret";

interface OpenFlags extends SequenceSource {
  readonly every?: string;
  readonly tokenFile?: string;
  readonly as?: string;
}

const EVERY = "5s";

/** Another token each time to each address: so often there are new ones for one address. */
const SECONDS_FOR_A_TOKEN = SLOT_SECONDS / TOKENS_PER_SLOT;

const EXAMPLES = `
Knocks at every address of the hosts, then runs the command, and knocks again until it ends; ends as the command does. For
what runs without the program that would knock for itself. Without --sequence-file, the terminal asks for the sequence.

With --as tokens of that knocker are sent instead, and the terminal asks for the secret without --token-file. Of tokens
there are 8 in ten minutes for each host, whose name in the program is HOST up to its first dot. So the time from one
to the next is ${SECONDS_FOR_A_TOKEN}s, or ${2 * SECONDS_FOR_A_TOKEN}s where a host has two addresses, and never shorter; a shorter access window has gaps.

Examples:
  $ portknock open web-1.example.com web-2.example.com --sequence-file ~/.config/ci.knocks -- pulumi destroy
  $ portknock open db-1 --sequence-file ~/.config/me.knocks --every 15s -- ansible-playbook site.yml
  $ portknock open web-1.example.com --as ci --token-file ~/.config/ci.token -- pulumi destroy`;

export function addOpenCommand(program: Command): void {
  program
    .command("open")
    .summary("keep hosts open to this machine while a command runs")
    .description("Knocks at hosts, runs a command, and holds the way open as long as it runs.")
    .usage("[options] <HOST...> -- <COMMAND> [ARGUMENT...]")
    .argument("<HOST...>", "names or addresses of the hosts, without ports")
    .option("--sequence-file <PATH>", "a file with the knocks that only its owner may read")
    .addOption(
      new Option(
        "--token-file <PATH>",
        "a file with the secret of the knocker's tokens that only its owner may read",
      ).conflicts("sequenceFile"),
    )
    .addOption(
      new Option("--as <KNOCKER>", "whose tokens to send, by the knocker's name in the program").conflicts(
        "sequenceFile",
      ),
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
  hosts.forEach(readHost);
  const isToken = flags.tokenFile !== undefined || flags.as !== undefined;
  const { every, openings } = await (isToken ? withTokens(hosts, flags) : withSequence(hosts, flags));
  const knockAtAll = () => Promise.all(openings.map(({ host, opening }) => knockEverywhere(host, opening)));
  await knockAtAll();
  // One that fails on the way is made up for by the next.
  const timer = setInterval(() => void knockAtAll().catch(() => undefined), Math.max(every, 1000));
  try {
    process.exitCode = await runInside(command);
  } finally {
    clearInterval(timer);
  }
}

interface HeldOpenings {
  /** In milliseconds. */
  readonly every: number;
  readonly openings: readonly { readonly host: string; readonly opening: ClientOpening }[];
}

async function withSequence(hosts: readonly string[], flags: OpenFlags): Promise<HeldOpenings> {
  const every = parseDelay(flags.every ?? EVERY, "--every");
  const sequence = await readSequence(flags);
  return { every, openings: hosts.map((host) => ({ host, opening: { kind: "sequence", sequence } })) };
}

async function withTokens(
  hosts: readonly string[],
  { every, tokenFile, as }: OpenFlags,
): Promise<HeldOpenings> {
  const asked = every === undefined ? 0 : parseDelay(every, "--every");
  const named = hosts.map((host) => ({
    host,
    name: hostNameOf(host, "give every host by a name that does"),
  }));
  const { keyOf } = await readTokenSecret({ path: tokenFile, flag: "--token-file", as });
  const addresses = Math.max(...(await Promise.all(hosts.map(findTargets))).map(({ length }) => length));
  const shortest = SECONDS_FOR_A_TOKEN * addresses;
  if (every !== undefined && asked < shortest * 1000) {
    throw usageError(`--every: uses up more tokens than there are; write ${shortest}s or more`);
  }
  return {
    every: Math.max(asked, shortest * 1000),
    openings: named.map(({ host, name }) => ({
      host,
      opening: { kind: "tokens", next: freshTokens(keyOf(name)) },
    })),
  };
}

/** With our terminal and streams. A signal goes to both of us, or is handed on. */
function runInside([program = "", ...args]: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: "inherit" });
    process.on("SIGINT", () => undefined);
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.once("error", (error: NodeJS.ErrnoException) =>
      reject(new CommandError(1, [`the command cannot be started (${error.code}); check its name`])),
    );
    child.once("exit", (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
