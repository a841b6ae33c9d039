import { styleText } from "node:util";
import type { Command } from "commander";
import { type FleetReport, type HostState, stateOf } from "../components/status/fleetReport";
import { type Paint, PLAIN, printStatus } from "../components/status/printStatus";
import { printStatusJson } from "../components/status/statusJson";
import { printStatusPage } from "../components/status/statusPage";
import type { Asked } from "./askFleet";
import { usageError } from "./commandError";
import { parseDelay } from "./delay";
import { writePrivate } from "./writePrivate";

interface StatusFlags {
  readonly stack?: string;
  readonly cwd: string;
  readonly json?: true;
  readonly html?: string;
  readonly watch?: true;
  readonly every: string;
}

const EXAMPLES = `
Asks each host once, over one SSH connection, 32 at a time, and changes nothing there. With --stack it dials as pulumi
does, and holds each host against what the stack applied last; HOST then names some of them. Without, ssh dials, with
your configuration and agent, and each host is held against its own record.

Exit codes: 0 all in sync, 3 some drifted, 4 not all answered, 1 the stack could not be read, 2 wrong usage.

Examples:
  $ portknock status --stack prod
  $ portknock status --stack prod web-1 web-2 --watch
  $ portknock status web-1.example.com root@203.0.113.10
  $ portknock status --stack prod --json | jq -r '.hosts[] | select(.state != "inSync") | .name'
  $ portknock status --stack prod --html fleet.html`;

export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .summary("say how hosts are: in sync or drifted, who is in, who was refused")
    .description(
      "Shows the hosts of a stack, or hosts that ssh reaches: what drifted, who is admitted, what was tried.",
    )
    .argument("[HOST...]", "hosts as ssh takes them, or with --stack by their names in the program")
    .option("--stack <STACK>", "a stack of the Pulumi project, whose hosts are asked")
    .option("--cwd <FOLDER>", "where the Pulumi project is", ".")
    .option("--json", "print JSON, on one line")
    .option("--html <FILE>", "write a page as well, which only its owner may read")
    .option("--watch", "ask again and again, until Ctrl-C")
    .option("--every <TIME>", "with --watch: from one time to the next", "10s")
    .addHelpText("after", EXAMPLES)
    .action(runStatus);
}

async function runStatus(names: readonly string[], flags: StatusFlags): Promise<void> {
  const every = Math.max(parseDelay(flags.every, "--every"), 1000);
  // A reader that has seen enough ends it; the stream itself looks well again at the next write.
  let isRead = true;
  process.stdout.once("error", () => {
    isRead = false;
  });
  do {
    // Anew each time: an update may have changed what the stack has.
    const report = await ask(await findHosts(names, flags));
    if (flags.html !== undefined) {
      await writePrivate(flags.html, printStatusPage(report), "--html");
    }
    process.stdout.write(
      `${printBefore(flags)}${flags.json ? printStatusJson(report) : printStatus(report, paint())}`,
    );
    process.exitCode = exitCodeOf(report);
  } while (flags.watch === true && (await passed(every)) && isRead);
}

async function findHosts(names: readonly string[], { stack, cwd }: StatusFlags): Promise<readonly Asked[]> {
  // What speaks SSH takes longer to load than other commands take.
  const { askedBySsh, askedOfStack } = await import("./askFleet.js");
  if (stack === undefined) {
    if (names.length === 0) {
      throw usageError("no host to ask; give --stack, or hosts as ssh takes them");
    }
    if (names.some((name) => /^-|[\s\p{Cc}]/u.test(name) || name === "")) {
      throw usageError("a host is none that ssh takes; give a name, an address or USER@HOST");
    }
    return [...new Set(names)].map(askedBySsh);
  }
  const { readStackHosts } = await import("./stackHosts.js");
  const hosts = await readStackHosts({ stack, cwd });
  const known = hosts.map(({ name }) => name);
  if (names.some((name) => !known.includes(name))) {
    throw usageError(`a host is none of ${stack}; its hosts are ${known.join(", ")}`);
  }
  return hosts.filter(({ name }) => names.length === 0 || names.includes(name)).map(askedOfStack);
}

async function ask(hosts: readonly Asked[]): Promise<FleetReport> {
  const { askFleet } = await import("./askFleet.js");
  const showsProgress = process.stderr.isTTY;
  const say = (words: string): void => {
    if (showsProgress) {
      process.stderr.write(`\r\u001b[K${words}`);
    }
  };
  say(`asking ${hosts.length} ${hosts.length === 1 ? "host" : "hosts"}`);
  const report = await askFleet(hosts, (count) => say(`${count} of ${hosts.length} hosts have answered`));
  say("");
  return report;
}

/** A terminal shows the newest report alone; anything else gets one after the other. */
function printBefore({ watch, json }: StatusFlags): string {
  return watch === true && json !== true && process.stdout.isTTY ? "\u001b[H\u001b[2J" : "";
}

const COLOURS: Readonly<Record<HostState, "green" | "yellow" | "red">> = {
  inSync: "green",
  drifted: "yellow",
  unanswered: "red",
};

/** Colours on a terminal, unless NO_COLOR or TERM says that it has none. */
function paint(): Paint {
  return process.stdout.isTTY && process.stdout.hasColors()
    ? (state, words) => styleText(COLOURS[state], words)
    : PLAIN;
}

/** That a host did not answer weighs more: nobody knows what it would have said. */
function exitCodeOf({ hosts }: FleetReport): 0 | 3 | 4 {
  const states = new Set(hosts.map(stateOf));
  return states.has("unanswered") ? 4 : states.has("drifted") ? 3 : 0;
}

function passed(milliseconds: number): Promise<true> {
  return new Promise((resolve) => setTimeout(() => resolve(true), milliseconds));
}
