import { type Command, Option } from "commander";
import { freshTokens } from "../components/client/freshTokens";
import { findTarget, type KnockReport, knock, sendToken } from "../components/client/knock";
import { slotAt } from "../components/tokens/token";
import { parseDelay } from "./delay";
import { printEnd } from "./printStretch";
import { readHost } from "./readHost";
import { readSequence, type SequenceSource } from "./readSequence";
import { hostNameOf, parseHostName, readTokenSecret } from "./readTokenSecret";

interface KnockFlags extends SequenceSource {
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly delay: string;
  readonly quiet?: true;
  readonly tokenFile?: string;
  readonly as?: string;
  readonly name?: string;
}

/** Shorter runs are over before anybody wonders. */
const PROGRESS_FROM_MILLISECONDS = 2000;

const EXAMPLES = `
Without --sequence and --sequence-file, the terminal asks for the sequence and does not show it.

With --as a token is sent instead, one packet that opens once. The terminal asks for the knocker's secret without
--token-file.

Examples:
  $ portknock knock web-1.example.com && ssh web-1.example.com
  $ portknock knock 2001:db8::7 --sequence-file ~/.config/web-1.knocks
  $ pass show knocks/web-1 | portknock knock web-1 --sequence-file - --quiet
  $ portknock knock web-1.example.com --as alice --token-file ~/.config/alice.token
  $ portknock knock 203.0.113.10 --name web-1 --as alice --token-file ~/.config/alice.token

In ~/.ssh/config, so that ssh knocks by itself:
  Match host web-1.example.com exec "portknock knock %h --quiet --sequence-file ~/.config/web-1.knocks"
  Match host web-1.example.com exec "portknock knock %h --quiet --as alice --token-file ~/.config/alice.token"`;

const OF_SEQUENCES = ["sequence", "sequenceFile", "delay"];

export function addKnockCommand(program: Command): void {
  program
    .command("knock")
    .summary("knock at a host, so that a guarded service opens to this machine")
    .description(
      "Sends the knocks of a sequence to one address of a host: a SYN for each TCP knock, an empty datagram " +
        "for each UDP knock; or a token. Whether that opened anything only a connection can show.",
    )
    .argument("<HOST>", "name or address of the host, without a port", readHost)
    .addOption(
      new Option(
        "--sequence <TEXT>",
        'the knocks, like "7000,8000/udp,9000". Every user of this machine can see an argument in the ' +
          "process list, and the shell keeps it in its history: prefer --sequence-file",
      ).conflicts("sequenceFile"),
    )
    .option("--sequence-file <PATH>", "a file with the knocks that only its owner may read; - is stdin")
    .addOption(
      new Option(
        "--token-file <PATH>",
        "a file with the secret of the knocker's tokens that only its owner may read; - is stdin",
      ).conflicts(OF_SEQUENCES),
    )
    .addOption(
      new Option("--as <KNOCKER>", "whose token to send, by the knocker's name in the program").conflicts(
        OF_SEQUENCES,
      ),
    )
    .addOption(
      new Option(
        "--name <NAME>",
        "the host's name in the program, for a token (default: HOST up to its first dot)",
      ).conflicts(OF_SEQUENCES),
    )
    .addOption(new Option("-4, --ipv4", "knock over IPv4 only").conflicts("ipv6"))
    .option("-6, --ipv6", "knock over IPv6 only")
    .option("--delay <TIME>", "from one knock to the next, below the service's knock timeout", "100ms")
    .option("-q, --quiet", "print nothing when all went well")
    .addHelpText("after", EXAMPLES)
    .action(runKnock);
}

async function runKnock(host: string, flags: KnockFlags): Promise<void> {
  const { tokenFile, as, name } = flags;
  const isToken = tokenFile !== undefined || as !== undefined || name !== undefined;
  await (isToken ? knockWithToken(host, flags) : knockWithSequence(host, flags));
}

async function knockWithToken(host: string, flags: KnockFlags): Promise<void> {
  const name =
    flags.name === undefined ? hostNameOf(host, "give --name") : parseHostName(flags.name, "--name");
  const { knocker, keyOf } = await readTokenSecret({
    path: flags.tokenFile,
    flag: "--token-file",
    as: flags.as,
  });
  const target = await findTarget(host, familyOf(flags));
  const slot = slotAt(Date.now() / 1000);
  await sendToken(target, freshTokens(keyOf(name))());
  if (flags.quiet !== true) {
    process.stdout.write(
      `sent ${printTarget(host, target)} one token of ${knocker}, good until ${printEnd(slot)}\n`,
    );
  }
}

function familyOf({ ipv4, ipv6 }: KnockFlags): 4 | 6 | undefined {
  return ipv4 === true ? 4 : ipv6 === true ? 6 : undefined;
}

async function knockWithSequence(host: string, flags: KnockFlags): Promise<void> {
  const delayMilliseconds = parseDelay(flags.delay);
  const sequence = await readSequence(flags);
  const family = familyOf(flags);
  const isLong = delayMilliseconds * sequence.length >= PROGRESS_FROM_MILLISECONDS;
  const showsProgress = isLong && process.stderr.isTTY && flags.quiet !== true;

  const start = performance.now();
  const report = await knock({
    host,
    sequence,
    delayMilliseconds,
    ...(family === undefined ? {} : { family }),
    onKnock: (knocks) => {
      if (showsProgress) {
        process.stderr.write(`\rknock ${knocks} of ${sequence.length}`);
      }
    },
  }).finally(() => {
    if (showsProgress) {
      process.stderr.write("\r\u001b[K");
    }
  });
  if (flags.quiet !== true) {
    process.stdout.write(`${describeReport(host, report, performance.now() - start)}\n`);
  }
}

function printTarget(host: string, { address }: Pick<KnockReport, "address">): string {
  return host === address ? host : `${host} (${address})`;
}

function describeReport(host: string, report: KnockReport, milliseconds: number): string {
  const where = printTarget(host, report);
  const seconds = (milliseconds / 1000).toFixed(1);
  const note =
    report.unreachableAnswers === 0 ? "" : `, ${report.unreachableAnswers} answered "unreachable" on the way`;
  return `knocked ${where}: ${report.knocks} knocks in ${seconds} s${note}`;
}
