import { type Command, Option } from "commander";
import { tryDoor } from "../components/client/comeIn";
import { freshTokens } from "../components/client/freshTokens";
import { findTarget, type KnockReport, knock, sendToken } from "../components/client/knock";
import { slotAt } from "../components/tokens/token";
import type { Secret } from "./card";
import { usageError } from "./commandError";
import { parseDelay } from "./delay";
import { describeFailure } from "./describeFailure";
import { type Door, openingOf } from "./door";
import { addDoorOptions } from "./doorOptions";
import { addFamilyOptions, type FamilyFlags, familyOf } from "./family";
import { printEnd } from "./printStretch";
import { readTcpPort } from "./readTcpPort";
import { type GivenDoorFlags, wantedDoors } from "./wantedDoors";

interface KnockFlags extends GivenDoorFlags, FamilyFlags {
  readonly delay: string;
  readonly quiet?: true;
  readonly wait?: true;
  readonly within: string;
}

/** Shorter runs are over before anybody wonders. */
const PROGRESS_FROM_MILLISECONDS = 2000;

const EXAMPLES = `
NAME is a host of --stack by its name in the program, or one that portknock enroll took in. HOST is any other one: for it the
terminal asks for the sequence, and does not show it, without --sequence and --sequence-file. With --as a token is sent to it
instead, one packet that opens once, and the terminal asks for the knocker's secret without --token-file.

With --wait it knocks until the port answers, and says which leg of the way failed where it does not.

Examples:
  $ portknock knock web-1 --wait && ssh web-1
  $ portknock knock web-1 web-2 --stack prod --as alice
  $ portknock knock web-1.example.com && ssh web-1.example.com
  $ portknock knock 2001:db8::7 --sequence-file ~/.config/web-1.knocks
  $ pass show knocks/web-1 | portknock knock web-1 --sequence-file - --quiet
  $ portknock knock web-1.example.com --as alice --token-file ~/.config/alice.token
  $ portknock knock 203.0.113.10 --name web-1 --as alice --token-file ~/.config/alice.token

So that ssh knocks by itself: portknock ssh-config. Or in ~/.ssh/config:
  Match host web-1.example.com exec "portknock knock %h --quiet --sequence-file ~/.config/web-1.knocks"
  Match host web-1.example.com exec "portknock knock %h --quiet --as alice --token-file ~/.config/alice.token"`;

const OF_SEQUENCES = ["sequence", "sequenceFile", "delay"];

export function addKnockCommand(program: Command): void {
  const command = program
    .command("knock")
    .summary("knock at hosts, so that a guarded service opens to this machine")
    .description(
      "Sends the knocks of a sequence to one address of a host: a SYN for each TCP knock, an empty datagram " +
        "for each UDP knock; or a token. Whether that opened anything only a connection can show.",
    )
    .usage("[options] <NAME|HOST...>")
    .argument("<HOST...>", "names of hosts, or names or addresses to connect to, without a port");
  addFamilyOptions(addDoorOptions(command))
    .addOption(
      new Option(
        "--sequence <TEXT>",
        'the knocks, like "7000,8000/udp,9000". Every user of this machine can see an argument in the ' +
          "process list, and the shell keeps it in its history: prefer --sequence-file",
      ).conflicts(["sequenceFile", "stack", "service", "as"]),
    )
    .addOption(
      new Option(
        "--sequence-file <PATH>",
        "a file with the knocks that only its owner may read; - is stdin",
      ).conflicts(["stack", "service", "as"]),
    )
    .addOption(
      new Option(
        "--token-file <PATH>",
        "a file with the secret of the knocker's tokens that only its owner may read; - is stdin",
      ).conflicts([...OF_SEQUENCES, "stack", "service"]),
    )
    .addOption(
      new Option(
        "--name <NAME>",
        "the host's name in the program, for a token (default: HOST up to its first dot)",
      ).conflicts([...OF_SEQUENCES, "stack", "service"]),
    )
    .option("--delay <TIME>", "from one knock to the next, below the service's knock timeout", "100ms")
    .option("--wait", "knock until the port answers; a connection to it is made, and ended again")
    .option(
      "--port <PORT>",
      "with --wait: the TCP port (default: that of SSH, or the first that opens)",
      (text) => readTcpPort(text, "--port"),
    )
    .option("--within <TIME>", "with --wait: how long that may take", "15s")
    .option("-q, --quiet", "print nothing when all went well")
    .addHelpText("after", EXAMPLES)
    .action(runKnock);
}

/** One host that fails does not keep the others from being knocked at. */
async function runKnock(names: readonly string[], flags: KnockFlags): Promise<void> {
  if (flags.port !== undefined && flags.wait !== true) {
    throw usageError("--port: is of --wait; give both, or neither");
  }
  const doors = await wantedDoors(names, flags, "give --name");
  // All are looked at before anything is sent.
  const visits = doors.map((door) =>
    flags.wait === true ? waitAt(door, flags) : () => knockAt(door, flags),
  );
  const outcomes = await Promise.allSettled(
    visits.map(async (visit) => {
      const line = await visit();
      if (flags.quiet !== true) {
        process.stdout.write(`${line}\n`);
      }
    }),
  );
  for (const outcome of outcomes) {
    if (outcome.status === "rejected") {
      const { exitCode, lines } = describeFailure(outcome.reason);
      process.exitCode = Math.max(exitCode, Number(process.exitCode ?? 0));
      process.stderr.write(lines.map((line) => `portknock: ${line}\n`).join(""));
    }
  }
}

/** @throws CommandError where nothing can be waited for, before anything is sent. */
function waitAt({ name, host, port, once, secret }: Door, flags: KnockFlags): () => Promise<string> {
  if (port === undefined) {
    throw usageError(
      `${name}: opens no TCP port, so nothing shows from here whether it is open; leave --wait out`,
    );
  }
  if (once) {
    throw usageError(
      `${name}: admits one connection, which --wait would be; leave it out: portknock ssh waits and connects at once`,
    );
  }
  const opening = openingOf(secret);
  const options = {
    host,
    port,
    opening:
      opening.kind === "sequence" ? { ...opening, delayMilliseconds: parseDelay(flags.delay) } : opening,
    withinMilliseconds: parseDelay(flags.within, "--within"),
    ...familyOf(flags),
  };
  return async () => {
    await tryDoor(options);
    return `${name}: port ${port} is open`;
  };
}

function knockAt(door: Door, flags: KnockFlags): Promise<string> {
  const { host, secret } = door;
  return secret.kind === "token" ? sendTokenTo(host, secret, flags) : knockSequence(host, secret, flags);
}

async function sendTokenTo(
  host: string,
  { knocker, key }: Extract<Secret, { kind: "token" }>,
  flags: KnockFlags,
): Promise<string> {
  const target = await findTarget(host, familyOf(flags).family);
  const slot = slotAt(Date.now() / 1000);
  await sendToken(target, freshTokens(key)());
  return `sent ${printTarget(host, target)} one token of ${knocker}, good until ${printEnd(slot)}`;
}

async function knockSequence(
  host: string,
  { sequence }: Extract<Secret, { kind: "sequence" }>,
  flags: KnockFlags,
): Promise<string> {
  const delayMilliseconds = parseDelay(flags.delay);
  const isLong = delayMilliseconds * sequence.length >= PROGRESS_FROM_MILLISECONDS;
  const showsProgress = isLong && process.stderr.isTTY && flags.quiet !== true;

  const start = performance.now();
  const report = await knock({
    host,
    sequence,
    delayMilliseconds,
    ...familyOf(flags),
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
  return describeReport(host, report, performance.now() - start);
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
