/**
 * Boots Debian's own kernels, emulated, and tries everything inside of them: `npm run test:kernels -- [RELEASE…]`.
 */
import { constants } from "node:os";
import { parseArgs } from "node:util";
import { startProgress } from "../progress";
import { runClockSteps } from "./clockSteps";
import { runGoldens } from "./goldens";
import { createGuest, type Guest } from "./guest";
import { guestImage, guestProblem, RELEASES, type Release } from "./guestImage";
import { createGuestNetwork } from "./guestNetwork";
import { runHostScript } from "./hostScript";
import { runModelScripts } from "./modelScripts";
import type { PartOptions, PartOutcome } from "./part";
import { runScans } from "./scans";
import { runTimeouts } from "./timeouts";

/** In this order: the last one reboots the guest, and its networks are gone then. */
const PARTS: Readonly<Record<string, (options: PartOptions) => Promise<PartOutcome>>> = {
  "goldens loaded": runGoldens,
  timeouts: runTimeouts,
  scans: runScans,
  "model scripts": runModelScripts,
  "clock steps": runClockSteps,
  "apply, confirm, rollback, boot": runHostScript,
};

interface Column {
  readonly title: string;
  readonly outcomes: ReadonlyMap<string, PartOutcome>;
  readonly seconds: number;
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seed: { type: "string", default: "1" }, only: { type: "string", multiple: true } },
  });
  const unknown = positionals.find((name) => !RELEASES.some((release) => release === name));
  const releases =
    positionals.length === 0 ? RELEASES : RELEASES.filter((name) => positionals.includes(name));
  const problem =
    unknown === undefined ? guestProblem(releases) : `${unknown}: is none of ${RELEASES.join(", ")}`;
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    return false;
  }
  const parts = Object.entries(PARTS).filter(
    ([name]) => values.only?.some((word) => name.includes(word)) ?? true,
  );
  const columns: Column[] = [];
  for (const release of releases) columns.push(await runRelease(release, Number(values.seed), parts));
  process.stdout.write(
    `\n${printTable(
      columns,
      parts.map(([name]) => name),
    )}`,
  );
  return columns.every(({ outcomes }) => parts.every(([name]) => outcomes.get(name)?.wrong.length === 0));
}

async function runRelease(
  release: Release,
  seed: number,
  parts: readonly (readonly [string, (options: PartOptions) => Promise<PartOutcome>])[],
): Promise<Column> {
  const progress = startProgress();
  const say = (words: string): void => {
    process.stdout.write(`${release}, ${progress.seconds()} s: ${words}\n`);
  };
  await using guest = createGuest(guestImage(release));
  say("booting");
  await guest.boot();
  const title = await titleOf(guest);
  say(title);
  const network = await createGuestNetwork(guest);
  const outcomes = new Map<string, PartOutcome>();
  for (const [name, run] of parts) {
    say(name);
    const outcome = await endedWell(run({ guest, network, seed, say }), say);
    outcomes.set(name, outcome);
    say(`${name}: ${describe(outcome)}`);
  }
  return { title, outcomes, seconds: progress.seconds() };
}

/** A part that cannot go on is wrong; the others have their turn. */
async function endedWell(part: Promise<PartOutcome>, say: (words: string) => void): Promise<PartOutcome> {
  try {
    return await part;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    say(`WRONG: ${words}`);
    return { checked: 1, wrong: [words] };
  }
}

async function titleOf(guest: Guest): Promise<string> {
  const { stdout } = await guest.run(
    "uname -r; nft --version; cat /etc/debian_version; systemctl --version | head -n 1",
  );
  const [kernel = "", nft = "", debian = "", systemd = ""] = stdout.split("\n");
  return `Linux ${kernel}, ${nft.split(" ").slice(0, 2).join(" ")}, Debian ${debian}, ${systemd.split(" ").slice(0, 2).join(" ")}`;
}

function describe({ checked, wrong }: PartOutcome): string {
  return wrong.length === 0 ? `${checked} right` : `${wrong.length} WRONG`;
}

function printTable(columns: readonly Column[], names: readonly string[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return [
    row(["", ...columns.map(({ title }) => title)]),
    row(["---", ...columns.map(() => "---")]),
    ...names.map((name) =>
      row([
        name,
        ...columns.map(({ outcomes }) => describe(outcomes.get(name) ?? { checked: 0, wrong: ["not run"] })),
      ]),
    ),
    row(["seconds", ...columns.map(({ seconds }) => `${seconds}`)]),
  ].join("");
}

// The machines end with this process, which ends with a signal as it does without one.
for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

main().then(
  (isRight) => process.exit(isRight ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
