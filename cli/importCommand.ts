import { type Command, Option } from "commander";
import type { Note } from "../components/import/imported";
import { FORMATS, type Format, importFile } from "../components/import/importFile";
import { printNotes } from "../components/import/printNotes";
import { printProgram } from "../components/import/printProgram";
import type { WrittenPolicy } from "../components/import/writtenPolicy";
import { CommandError, usageError } from "./commandError";
import { readText, sourceName } from "./readText";
import { writePrivate } from "./writePrivate";

type Output = "json" | "typescript";

interface ImportFlags {
  readonly from?: Format;
  readonly format: Output;
  readonly out?: string;
}

const EXAMPLES = `
Says on standard error, by line, what is not taken over or becomes something else, and what to do; never with a port of a
sequence. JSON holds the sequences, as the file does: keep it as secret. A program holds none of them.

Exit codes: 0 all taken over or told, 1 no service could be taken over, or the policy is refused: it is printed, and what
is wrong with it as portknock check says it; 2 wrong usage, or a file of another kind.

Examples:
  $ portknock import /etc/knockd.conf --out policy.json && portknock check policy.json
  $ portknock import /etc/knockd.conf --format typescript > index.ts
  $ sudo cat /etc/fwknop/access.conf | portknock import - --from fwknop --format typescript
  $ sudo iptables-save | portknock import - --out policy.json`;

export function addImportCommand(program: Command): void {
  program
    .command("import")
    .summary("make a policy of a configuration of knockd, fwknop or iptables")
    .description(
      "Prints a policy that lets in whom a knockd.conf, an access.conf of fwknop, or lists of iptables' module recent let in.",
    )
    .argument("<FILE>", "knockd.conf, access.conf, or what iptables-save prints; - is stdin")
    .addOption(
      new Option("--from <PROGRAM>", "whose file it is; without it, its shape tells").choices(FORMATS),
    )
    .addOption(
      new Option("--format <FORMAT>", "a policy, or a whole program")
        .choices(["json", "typescript"])
        .default("json"),
    )
    .option("--out <FILE>", "write it there instead, so that only its owner may read it")
    .addHelpText("after", EXAMPLES)
    .action(runImport);
}

async function runImport(path: string, { from, format, out }: ImportFlags): Promise<void> {
  const source = sourceName(path);
  const result = importFile(await readText(path), from);
  if (result.kind === "otherFile") {
    throw usageError(
      `${source}: is no configuration of knockd, fwknop or iptables; give one, and say whose with --from`,
    );
  }
  say(source, result.notes);
  if (result.kind === "nothing") {
    throw new CommandError(1, [
      `${source}: has no service that could be taken over; see the lines above, or write the policy by hand`,
    ]);
  }
  const text = print(result.policy, format);
  if (out === undefined) {
    process.stdout.write(text);
  } else {
    await writePrivate(out, text, "--out");
  }
  say(source, outputNotes(format));
  if (result.problems.length > 0) {
    throw new CommandError(1, printNotes(source, result.problems));
  }
}

function print(policy: WrittenPolicy, format: Output): string {
  return format === "json" ? `${JSON.stringify(policy, undefined, 2)}\n` : printProgram(policy);
}

function say(source: string, notes: readonly Note[]): void {
  for (const line of printNotes(source, notes)) {
    process.stderr.write(`portknock: ${line}\n`);
  }
}

/** What holds for every policy that is printed. */
function outputNotes(format: Output): readonly Note[] {
  const firewall = {
    line: undefined,
    problem: "what another table of the host drops stays closed, knocked or not",
    remedy:
      "accept the guarded ports in the old firewall before the update, as docs/how-to/from-knockd.md says",
  };
  const json = [
    {
      line: undefined,
      problem: "the policy holds what opens the ports, and is a secret as the file is",
      remedy: "keep it where only its owner may read it",
    },
    {
      line: undefined,
      problem: "the policy lets in nobody without a knock",
      remedy: "put the address of the machine that runs pulumi up into allow, if it guards SSH",
    },
  ];
  return format === "json" ? [...json, firewall] : [firewall];
}
