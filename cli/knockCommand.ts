import { type Command, Option } from "commander";
import { type KnockReport, knock } from "../components/client/knock";
import { parseDelay } from "./delay";
import { readSequence, type SequenceSource } from "./readSequence";

interface KnockFlags extends SequenceSource {
  readonly ipv4?: true;
  readonly ipv6?: true;
  readonly delay: string;
  readonly quiet?: true;
}

/** Shorter runs are over before anybody wonders. */
const PROGRESS_FROM_MILLISECONDS = 2000;

const EXAMPLES = `
Without --sequence and --sequence-file, the terminal asks for the sequence and does not show it.

Examples:
  $ portknock knock web-1.example.com && ssh web-1.example.com
  $ portknock knock 2001:db8::7 --sequence-file ~/.config/web-1.knocks
  $ pass show knocks/web-1 | portknock knock web-1 --sequence-file - --quiet

In ~/.ssh/config, so that ssh knocks by itself:
  Match host web-1.example.com exec "portknock knock %h --quiet --sequence-file ~/.config/web-1.knocks"`;

export function addKnockCommand(program: Command): void {
  program
    .command("knock")
    .summary("knock at a host, so that a guarded service opens to this machine")
    .description(
      "Sends the knocks of a sequence to one address of a host: a SYN for each TCP knock, an empty datagram " +
        "for each UDP knock. Whether they opened anything only a connection can show.",
    )
    .argument("<HOST>", "name or address of the host, without a port")
    .addOption(
      new Option(
        "--sequence <TEXT>",
        'the knocks, like "7000,8000/udp,9000". Every user of this machine can see an argument in the ' +
          "process list, and the shell keeps it in its history: prefer --sequence-file",
      ).conflicts("sequenceFile"),
    )
    .option("--sequence-file <PATH>", "a file with the knocks that only its owner may read; - is stdin")
    .addOption(new Option("-4, --ipv4", "knock over IPv4 only").conflicts("ipv6"))
    .option("-6, --ipv6", "knock over IPv6 only")
    .option("--delay <TIME>", "from one knock to the next, below the service's knock timeout", "100ms")
    .option("-q, --quiet", "print nothing when all went well")
    .addHelpText("after", EXAMPLES)
    .action(runKnock);
}

async function runKnock(host: string, flags: KnockFlags): Promise<void> {
  const delayMilliseconds = parseDelay(flags.delay);
  const sequence = await readSequence(flags);
  const isLong = delayMilliseconds * sequence.length >= PROGRESS_FROM_MILLISECONDS;
  const showsProgress = isLong && process.stderr.isTTY && flags.quiet !== true;

  const start = performance.now();
  const report = await knock({
    host,
    sequence,
    delayMilliseconds,
    ...(flags.ipv4 === true ? { family: 4 } : flags.ipv6 === true ? { family: 6 } : {}),
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

function describeReport(host: string, report: KnockReport, milliseconds: number): string {
  const where = host === report.address ? host : `${host} (${report.address})`;
  const seconds = (milliseconds / 1000).toFixed(1);
  const note =
    report.unreachableAnswers === 0 ? "" : `, ${report.unreachableAnswers} answered "unreachable" on the way`;
  return `knocked ${where}: ${report.knocks} knocks in ${seconds} s${note}`;
}
