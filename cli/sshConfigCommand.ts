import type { Command } from "commander";
import { groupBy } from "../components/policy/groupBy";
import { allCards } from "./door";
import { addDoorOptions } from "./doorOptions";
import { proxyLine } from "./ownCommand";

interface SshConfigFlags {
  readonly stack?: string;
  readonly cwd: string;
  readonly service?: string;
  readonly as?: string;
}

const EXAMPLES = `
Prints lines for ~/.ssh/config, in which there is nothing secret: ssh, and whatever runs it, then knocks at these hosts by itself.
With --stack each connection asks pulumi for what opens the host, which takes a second or two and whatever pulumi needs to read the
stack; hosts that are enrolled open at once.

Examples:
  $ portknock ssh-config >> ~/.ssh/config
  $ portknock ssh-config --stack prod --as alice > ~/.ssh/prod.conf`;

export function addSshConfigCommand(program: Command): void {
  const command = program
    .command("ssh-config")
    .summary("print lines for ~/.ssh/config, so that ssh knocks by itself")
    .description("Prints a configuration of ssh for the hosts of a stack, or for those that are enrolled.");
  addDoorOptions(command).addHelpText("after", EXAMPLES).action(runSshConfig);
}

async function runSshConfig(flags: SshConfigFlags): Promise<void> {
  const cards = await allCards(flags);
  const ofPort = groupBy(cards, ({ card }) => card.port);
  const blocks = [...ofPort].map(([port, some]) =>
    [
      `Host ${some.map(({ name }) => name).join(" ")}`,
      ...(port === 22 ? [] : [`  Port ${port}`]),
      `  ProxyCommand ${proxyLine("%n", "%p", flags)}`,
    ].join("\n"),
  );
  process.stdout.write(`${blocks.join("\n\n")}\n`);
}
