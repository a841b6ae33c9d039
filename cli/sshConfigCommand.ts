import type { Command } from "commander";
import { groupBy } from "../components/policy/groupBy";
import { CommandError } from "./commandError";
import { allCards, type DoorFlags, findKeys, type NamedCard } from "./door";
import { addDoorOptions } from "./doorOptions";
import { isCalled } from "./hostsFile";
import { proxyLine } from "./proxyLine";

const EXAMPLES = `
Prints lines for ~/.ssh/config, in which there is nothing secret: ssh, and whatever runs it, then knocks at these hosts by itself.
With --stack each connection asks pulumi for what opens the host, which takes a second or two and whatever pulumi needs to read the
stack; hosts that are enrolled open at once. A host that no key opens, or more than one, is left out, which is said.

scp, rsync and git take edge/web-1: for a file of this machine. So edge/web-1 is edge-web-1 to ssh as well.

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
  const keys = findKeys(cards, flags);
  const opened = cards.filter((named) => typeof keys.get(named) === "object");
  const left = [...keys.values()].filter((key) => typeof key === "string");
  process.stderr.write(left.map((problem) => `portknock: left out: ${problem}\n`).join(""));
  process.stdout.write(`${blocksFor(opened, flags).join("\n\n")}\n`);
}

/** One for all hosts of a port, and one for each whose name needs another beside it. */
function blocksFor(cards: readonly NamedCard[], flags: DoorFlags): readonly string[] {
  const names = new Set(cards.map(({ name }) => name));
  const aliasOf = (name: string): string | undefined => {
    const alias = name.replaceAll("/", "-");
    return names.has(alias) ? undefined : alias;
  };
  const withAlias = cards.flatMap(({ name, card }) => {
    const alias = aliasOf(name);
    return alias === undefined ? [] : [block([name, alias], card.port, proxyLine(flags, name))];
  });
  const plain = groupBy(
    cards.filter(({ name }) => aliasOf(name) === undefined),
    ({ card }) => card.port,
  );
  return [
    ...[...plain].map(([port, some]) =>
      block(
        some.map(({ name }) => name),
        port,
        proxyLine(flags),
      ),
    ),
    ...withAlias,
  ];
}

function block(names: readonly string[], port: number, proxy: string): string {
  return [
    `Host ${names.join(" ")}`,
    ...(port === 22 ? [] : [`  Port ${port}`]),
    `  ProxyCommand ${proxy}`,
  ].join("\n");
}
