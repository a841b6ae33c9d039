import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandPluginProblem, commandPlugins } from "../support/commandPlugins";
import { type CommandStack, type Commands, commandStack, type Outcome } from "../support/commandStack";
import { type Sshd, startSshd } from "../support/sshd";
import { commandsIn, type Round, rounds } from "./lifecycleCommands";

// When the real engine has `command:remote:Command` 1.2.1 run which command. One stack lives through the rounds below;
// each test reads what happened to a resource of its own. What a command does once it runs is in commandPlugin.test.ts.

const problem = commandPluginProblem();
if (problem !== undefined) console.warn(`skipped: when the command plugin runs what: ${problem}`);

interface Played {
  readonly outcome: Outcome;
  /** What the commands wrote down, in their order: `name what`. */
  readonly ran: readonly string[];
  /** The recorded state, secrets encrypted. */
  readonly state: string;
}

let sshd: Sshd;

beforeAll(async () => {
  if (problem === undefined) sshd = await startSshd();
});
afterAll(() => sshd?.stop());

describe.skipIf(problem !== undefined).each(commandPlugins())("with $name", ({ path }) => {
  const played = new Map<Round, Played>();

  beforeAll(async () => {
    const stack = await commandStack(path);
    try {
      for (const round of rounds) played.set(round, await play(stack, round, join(stack.folder, "journal")));
    } finally {
      stack.discard();
    }
  });

  const during = (round: Round): Played => {
    const found = played.get(round);
    if (found === undefined) throw new Error(`the round ${round} was not played`);
    return found;
  };
  /** What a resource ran, round by round; rounds in which it ran nothing are left out. */
  const ranBy = (name: string): Partial<Record<Round, readonly string[]>> => {
    const prefix = `${name} `;
    const linesIn = (round: Round) => during(round).ran.filter((line) => line.startsWith(prefix));
    const lines = rounds.map(
      (round) => [round, linesIn(round).map((line) => line.slice(prefix.length))] as const,
    );
    return Object.fromEntries(lines.filter(([, inRound]) => inRound.length > 0));
  };

  test("nothing runs in a preview, in an update without changes, or in a refresh", () => {
    for (const round of ["preview", "same", "refresh"] as const) expect(during(round).ran).toEqual([]);
    expect(new Set(Object.values(during("same").outcome.steps))).toEqual(new Set(["same"]));
    expect(new Set(Object.values(during("refresh").outcome.steps))).toEqual(new Set(["refresh"]));
    expect(during("refresh").outcome.changes).toEqual({ same: expect.any(Number) });
  });

  test("a change of an input runs update in place", () => {
    expect(ranBy("whole")).toEqual({
      create: ["create one"],
      change: ["update two"],
      destroy: ["delete two"],
    });
    expect(during("change").outcome.steps["whole"]).toBe("update");
  });

  test("without an update command, a change runs create again, in place", () => {
    expect(ranBy("createOnly")).toEqual({ create: ["create one"], change: ["create two"] });
    expect(during("change").outcome.steps["createOnly"]).toBe("update");
  });

  test("a changed trigger replaces: create runs first, then the old delete", () => {
    expect(ranBy("triggered")).toEqual({
      create: ["create one"],
      change: ["create two", "delete one"],
      destroy: ["delete two"],
    });
  });

  test("a changed host is an update on the new host, and nothing runs on the old one", () => {
    expect(ranBy("moved")).toEqual({ create: ["create"], change: ["update"], destroy: ["delete"] });
  });

  test("an input that becomes a secret has changed", () => {
    expect(ranBy("sealedLater")).toEqual({ create: ["create"], change: ["create"] });
  });

  test("a failed create is not recorded and runs again", () => {
    expect(ranBy("createFails")).toEqual({ change: ["create"], retry: ["create"] });
    expect(during("change").state).not.toContain("createFails");
  });

  test("a failed update keeps the inputs of the last success and runs again", () => {
    expect(ranBy("updateFails")).toEqual({
      create: ["create one"],
      change: ["update two"],
      retry: ["update two"],
      shrink: ["delete one"],
    });
  });

  test("delete runs with the command and stdin of the last success when a resource leaves the program", () => {
    expect(ranBy("leaving")).toEqual({
      create: ["create one"],
      change: ["create two"],
      shrink: ["delete two"],
    });
  });

  test("an error quotes the command and all its output, whatever is logged", () => {
    const { errors } = during("change").outcome;
    expect(errors).toMatch(
      /Process exited with status 3: running "echo \\"createFails create\\" >> .*:\nout of createFails/,
    );
  });

  test("stdin stays secret in the state, and what a command prints does not", () => {
    const { state } = during("change");
    expect(state).not.toContain("hush hush");
    expect(state).toContain('"stdout":"said aloud"');
  });

  test("the connection is secret in the state as a whole", () => {
    const { state } = during("create");
    expect(state).not.toContain("PRIVATE KEY");
    expect(state).not.toContain("127.0.0.1");
  });
});

async function play(stack: CommandStack, round: Round, journal: string): Promise<Played> {
  writeFileSync(journal, "");
  const outcome = await operate(stack, round, commandsIn(round, sshd, journal));
  const ran = readFileSync(journal, "utf8").split("\n").slice(0, -1);
  return { outcome, ran, state: stack.state() };
}

function operate(stack: CommandStack, round: Round, commands: Commands): Promise<Outcome> {
  switch (round) {
    case "preview":
      return stack.preview(commands);
    case "refresh":
      return stack.refresh();
    case "destroy":
      return stack.destroy();
    default:
      return stack.up(commands);
  }
}
