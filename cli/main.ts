#!/usr/bin/env node
import { Command } from "commander";
import { CommandError } from "./commandError";
import { addCommands } from "./commands";
import { describeFailure } from "./describeFailure";
import { findCommand } from "./helpCommand";
import { readVersion } from "./version";

const EXAMPLES = `
Examples:
  $ portknock knock web-1.example.com && ssh web-1.example.com
  $ portknock open web-1.example.com -- pulumi destroy
  $ portknock ssh web-1
  $ portknock proxy web-1 22
  $ portknock ssh-config --stack prod >> ~/.ssh/config
  $ portknock card web-1 --stack prod --as alice
  $ portknock enroll web-1 web-1.json
  $ portknock status --stack prod
  $ portknock verify --stack prod
  $ portknock token web-1 --as alice
  $ portknock address web-1 --as alice --network 2001:db8:1:2::/64
  $ portknock check policy.json
  $ portknock render policy.json | sudo nft --check --file -
  $ portknock import /etc/knockd.conf
  $ portknock review old.json new.json
  $ portknock explain policy.json --as 203.0.113.9 --port 22
  $ portknock completion bash >> ~/.bashrc
  $ portknock help knock

Exit codes: 0 fine, 1 refused or failed, 2 wrong usage; of status also 3 drifted, 4 not all hosts answered.`;

function main(): void {
  process.stdout.on("error", failToPrint);
  // Nobody is left to tell.
  process.stderr.on("error", () => undefined);
  process.on("uncaughtException", (error) => {
    fail(error);
    process.exit();
  });
  // Overwrites the arguments in the process list, where a sequence may stand.
  process.title = "portknock";
  run(process.argv.slice(2)).catch(fail);
}

/** Commander answers `portknock nock --help` with the help of all commands, and ends well. */
async function run(words: readonly string[]): Promise<void> {
  const program = createProgram();
  const [name] = words;
  if (name !== undefined && !name.startsWith("-")) {
    findCommand(program, name);
  }
  await program.parseAsync(words, { from: "user" });
}

function createProgram(): Command {
  const program = new Command("portknock")
    .description(
      "Opens hosts guarded by PortKnockFirewall and logs in there, says how they are, hands over what opens them, and " +
        "imports, checks, prints, reviews and explains their policies.",
    )
    .version(readVersion(), "-V, --version", "print the version")
    // We have our own: commander's ends a mistake with the whole help.
    .helpCommand(false)
    .exitOverride()
    // Commander's errors repeat what was typed; `fail` prints them without.
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", EXAMPLES);
  addCommands(program);
  return program;
}

/** A reader that has seen enough (`| head`) is no failure: the command ends as it would have. */
function failToPrint(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") {
    const reason = error.code ?? "unknown reason";
    fail(new CommandError(1, [`standard output cannot be written (${reason}); check where it goes`]));
    // What the command does after a lost result must not make it look well.
    process.exit();
  }
}

function fail(error: unknown): void {
  const { exitCode, lines } = describeFailure(error);
  for (const line of lines) {
    process.stderr.write(`portknock: ${line}\n`);
  }
  process.exitCode = exitCode;
}

main();
