import { randomInt } from "node:crypto";
import type { Command } from "commander";
import type { Network } from "../components/policy/policy";
import { parseTokenNetwork } from "../components/policy/tokenNetwork";
import { slotAt } from "../components/tokens/token";
import { ADDRESSES_PER_SLOT, addressOf } from "../components/tokens/tokenAddress";
import { usageError } from "./commandError";
import { parseHostName, readTokenSecret } from "./readTokenSecret";

interface AddressFlags {
  readonly as?: string;
  readonly secretFile?: string;
  readonly network?: string;
}

const EXAMPLES = `
Connect to it within ten minutes: the first packet to the address opens what KNOCKER may, and is let in itself. An address works
once; connections that exist go on. One of eight is chosen by chance: if it is refused, it was used before; run this again.

It needs IPv6 between here and there, and a host with tokenNetwork. Without --secret-file, the terminal asks for the secret and does
not show it. NAME, KNOCKER and the network are part of what an address is made of: as the program writes them. Nothing is sent.

To ssh each address is another host: HostKeyAlias tells it whose key to expect.

Examples:
  $ portknock address web-1 --as alice --network 2001:db8:1:2::/64
  $ ssh -o HostKeyAlias=web-1 $(portknock address web-1 --as alice --network 2001:db8:1:2::/64 --secret-file ~/.config/alice.token)
  $ pass show alice.token | portknock address web-1 --as alice --network 2001:db8:1:2::/64 --secret-file -`;

export function addAddressCommand(program: Command): void {
  program
    .command("address")
    .summary("print an address of a host that works once: to connect to it is to knock")
    .description(
      "Prints an IPv6 address that is a token of a knocker for a host: the first connection to it opens the host, and is let in.",
    )
    .argument("<NAME>", 'the host\'s name in the program, like "web-1"')
    .option("--as <KNOCKER>", "whose token it is, by the knocker's name in the program")
    .option("--network <NETWORK>", "the host's tokenNetwork in the program")
    .option(
      "--secret-file <PATH>",
      "a file with the knocker's secret that only its owner may read; - is stdin",
    )
    .addHelpText("after", EXAMPLES)
    .action(runAddress);
}

async function runAddress(text: string, flags: AddressFlags): Promise<void> {
  const host = parseHostName(text, "NAME");
  const network = parseNetworkOfHost(flags.network);
  const { addressKeyOf } = await readTokenSecret({
    path: flags.secretFile,
    flag: "--secret-file",
    as: flags.as,
  });
  const slot = slotAt(Date.now() / 1000);
  // By chance: an earlier run may have used one, and nobody here knows which.
  const address = addressOf(addressKeyOf(host, network), network, slot, randomInt(ADDRESSES_PER_SLOT));
  process.stdout.write(`${address}\n`);
}

/** Another network would make addresses that open nothing, without a word. */
function parseNetworkOfHost(text: string | undefined): Network {
  if (text === undefined) {
    throw usageError("--network: is missing; give the host's tokenNetwork in the program");
  }
  const parsed = parseTokenNetwork(text);
  if (parsed.kind === "refused") {
    throw usageError(`--network: ${parsed.problem}; ${parsed.remedy}`);
  }
  return parsed.value;
}
