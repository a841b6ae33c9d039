import type { Command } from "commander";
import { groupBy } from "../components/policy/groupBy";
import { CommandError } from "./commandError";
import { allCards, type DoorFlags } from "./door";
import { addDoorOptions } from "./doorOptions";
import { isCalled } from "./hostsFile";
import { proxyLine } from "./proxyLine";

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

async function runSshConfig(flags: DoorFlags): Promise<void> {
  const cards = await allCards(flags);
  if (!cards.every(({ name }) => isCalled(name))) {
    throw new CommandError(1, [
      "a host, or its component, has a name that ssh would take for more than one word or for a pattern; name the host in ~/.ssh/config by hand",
    ]);
  }
  const ofPort = groupBy(cards, ({ card }) => card.port);
  const blocks = [...ofPort].map(([port, some]) =>
    [
      `Host ${some.map(({ name }) => name).join(" ")}`,
      ...(port === 22 ? [] : [`  Port ${port}`]),
      `  ProxyCommand ${proxyLine(flags)}`,
    ].join("\n"),
  );
  process.stdout.write(`${blocks.join("\n\n")}\n`);
}
