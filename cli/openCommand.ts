import { spawn } from "node:child_process";
import { constants } from "node:os";
import type { Command } from "commander";
import { knockEverywhere } from "../components/client/knockEverywhere";
import { CommandError, usageError } from "./commandError";
import { parseDelay } from "./delay";
import { readSequence, type SequenceSource } from "./readSequence";

interface OpenFlags extends SequenceSource {
  readonly every: string;
}

const EXAMPLES = `
Knocks at every address of the hosts, then runs the command, and knocks again until it ends; ends as the command does. For
what runs without the program that would knock for itself. Without --sequence-file, the terminal asks for the sequence.

Examples:
  $ portknock open web-1.example.com web-2.example.com --sequence-file ~/.config/ci.knocks -- pulumi destroy
  $ portknock open db-1 --sequence-file ~/.config/me.knocks --every 15s -- ansible-playbook site.yml`;

export function addOpenCommand(program: Command): void {
  program
    .command("open")
    .summary("keep hosts open to this machine while a command runs")
    .description("Knocks at hosts, runs a command, and holds the way open as long as it runs.")
    .usage("[options] <HOST...> -- <COMMAND> [ARGUMENT...]")
    .argument("<HOST...>", "names or addresses of the hosts, without ports")
    .option("--sequence-file <PATH>", "a file with the knocks that only its owner may read")
    .option("--every <TIME>", "from one time to the next, below the access window", "5s")
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
  const every = parseDelay(flags.every, "--every");
  const sequence = await readSequence(flags);
  const knockAtAll = () =>
    Promise.all(hosts.map((host) => knockEverywhere(host, { kind: "sequence", sequence })));
  await knockAtAll();
  // One that fails on the way is made up for by the next.
  const timer = setInterval(() => void knockAtAll().catch(() => undefined), Math.max(every, 1000));
  try {
    process.exitCode = await runInside(command);
  } finally {
    clearInterval(timer);
  }
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
