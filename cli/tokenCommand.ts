import { isIP } from "node:net";
import type { Command } from "commander";
import { slotAt } from "../components/tokens/token";
import { chooseToken } from "./chooseToken";
import { usageError } from "./commandError";
import { printStretch } from "./printStretch";
import { parseHostName, readTokenSecret } from "./readTokenSecret";
import { tokenLines } from "./tokenLines";

interface TokenFlags {
  readonly as?: string;
  readonly secretFile?: string;
  readonly address?: string;
  readonly count?: string;
  readonly raw?: true;
}

const MAX_COUNT = 1000;

const EXAMPLES = `
Without --secret-file, the terminal asks for the secret and does not show it. NAME and KNOCKER are part of what a
token is made of: as the program writes them. Nothing is sent.

Every ten minutes have 8 tokens of a knocker at a host, and each opens once. One is chosen by chance; if it opens nothing,
it was used before: run this again. A clock that is off by up to two minutes does not matter.

Run on Debian 12: every line for Linux, and curl. Only read, in sources and manuals: what is particular to
macOS, Windows and phones. docs/tokens.md says more.

Examples:
  $ portknock token web-1 --as alice --secret-file ~/.config/alice.token
  $ portknock token web-1 --as alice --address 203.0.113.10
  $ portknock token web-1 --as alice --count 10 | lp
  $ pass show alice.token | portknock token web-1 --as alice --secret-file - --raw`;

export function addTokenCommand(program: Command): void {
  program
    .command("token")
    .summary("print a token that opens a host once, and lines that send it from any machine")
    .description(
      "Prints a token of a knocker for a host, from when to when it works, and lines to paste that send it: for " +
        "machines that have no portknock.",
    )
    .argument("<NAME>", 'the host\'s name in the program, like "web-1"')
    .option("--as <KNOCKER>", "whose token it is, by the knocker's name in the program")
    .option(
      "--secret-file <PATH>",
      "a file with the knocker's secret that only its owner may read; - is stdin",
    )
    .option("--address <HOST>", "where the lines send it: a name or an address (default: NAME)")
    .option("--count <N>", "scratch codes for paper instead: a token of now and of each ten minutes to come")
    .option("--raw", "the 32 hexadecimal digits alone, for a program")
    .addHelpText("after", EXAMPLES)
    .action(runToken);
}

async function runToken(text: string, flags: TokenFlags): Promise<void> {
  const host = parseHostName(text, "NAME");
  const address = flags.address === undefined ? host : parseAddress(flags.address);
  const count = flags.count === undefined ? 1 : parseCount(flags.count);
  const { knocker, keyOf } = await readTokenSecret({
    path: flags.secretFile,
    flag: "--secret-file",
    as: flags.as,
  });
  const first = slotAt(Date.now() / 1000);
  const codes = Array.from({ length: count }, (_, index) => ({
    slot: first + index,
    token: chooseToken(keyOf(host), first + index),
  }));
  if (flags.raw === true) {
    process.stdout.write(codes.map(({ token }) => `${token}\n`).join(""));
  } else if (flags.count !== undefined) {
    process.stdout.write(codes.map(printCode).join(""));
  } else {
    process.stdout.write(codes.map((code) => printToken(code, { host, knocker, address })).join(""));
  }
}

/** It stands in lines for a shell, so nothing may be in it that a shell would take for its own. */
function parseAddress(text: string): string {
  const isAddress = isIP(text) !== 0 && !text.includes("%");
  if (!isAddress && !/^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(text)) {
    throw usageError("--address: is not a name or an address; give one, without a port or a user");
  }
  return text;
}

function parseCount(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_COUNT) {
    throw usageError(`--count: is not a number of tokens; write one from 1 to ${MAX_COUNT}`);
  }
  return count;
}

/** A token, and when it works. */
export interface Code {
  readonly slot: number;
  readonly token: string;
}

/** The spaces are for whoever reads it from paper. */
function printCode({ slot, token }: Code): string {
  const { utc, local } = printStretch(slot);
  const stretch = local === undefined ? utc : `${local}  ${utc}`;
  return `${stretch}  ${token.replace(/.{4}(?=.)/g, "$& ")}\n`;
}

/** Whose token it is, for which host, and where that is. */
export interface Whose {
  readonly host: string;
  readonly knocker: string;
  readonly address: string;
}

/** The token, and lines to paste that send it. */
export function printToken({ slot, token }: Code, { host, knocker, address }: Whose): string {
  const { utc, local } = printStretch(slot);
  const lines = [
    `A token of ${knocker} for ${host}. It opens once.`,
    "",
    `  ${token}`,
    "",
    `  works ${utc}`,
    ...(local === undefined ? [] : [`        ${local}, this machine's time`]),
    "",
    `Any one of these lines sends it to ${address}:`,
    ...tokenLines(token, address).flatMap(({ systems, lines: each }) => [
      "",
      systems,
      ...each.map((line) => `  ${line}`),
    ]),
    "",
    "Phones",
    "  Android: the line with bash, in Termux. iOS: the line with python3, in a-Shell. No browser sends it.",
  ];
  return `${lines.join("\n")}\n`;
}
