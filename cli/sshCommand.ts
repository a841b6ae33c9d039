import type { Command } from "commander";
import { usageError } from "./commandError";
import { type DoorFlags, findCard } from "./door";
import { addDoorOptions } from "./doorOptions";
import { proxyLine } from "./proxyLine";
import { runInside } from "./runInside";

const EXAMPLES = `
Runs the ssh command, with your configuration, keys and agent; portknock proxy makes its connection. Ends as ssh does.

Examples:
  $ portknock ssh web-1
  $ portknock ssh root@web-1 --stack prod -- uptime
  $ portknock ssh web-1 -- -L 8080:localhost:80 -N`;

export function addSshCommand(program: Command): void {
  const command = program
    .command("ssh")
    .summary("knock at a host and log in there")
    .description("Knocks at a host, waits for its port, and runs ssh through the connection.")
    .usage("[options] <[USER@]NAME> [-- <ARGUMENT...>]")
    .argument("<NAME>", "a host of --stack by its name in the program, or one that portknock enroll took in")
    .argument("[ARGUMENT...]", "what ssh gets behind the name: options, or a command to run there");
  addDoorOptions(command).addHelpText("after", EXAMPLES).action(runSsh);
}

async function runSsh(words: string, args: readonly string[], flags: DoorFlags): Promise<void> {
  const name = words.slice(words.lastIndexOf("@") + 1);
  // Before ssh is started: what it prints of a ProxyCommand that failed helps nobody.
  const { card } = await findCard(name, flags);
  // A word that begins with a dash would be an option of ssh.
  if (words.startsWith("-")) {
    throw usageError("NAME: begins with a dash; give the name of a host");
  }
  const { port } = card;
  const line = proxyLine(flags, name);
  process.exitCode = await runInside(
    ["ssh", "-o", `ProxyCommand=${line}`, ...(port === 22 ? [] : ["-o", `Port=${port}`]), words, ...args],
    "ssh",
  );
}
