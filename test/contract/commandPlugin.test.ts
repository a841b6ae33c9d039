import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandPluginProblem, commandPlugins } from "../support/commandPlugins";
import { type PluginProcess, type Properties, startPlugin } from "../support/pluginProcess";
import { type Sshd, startSshd } from "../support/sshd";

// How `command:remote:Command` 1.2.1 runs a command. How it connects is in commandConnection.test.ts, when it runs
// which command in commandLifecycle.test.ts.

const problem = commandPluginProblem();
if (problem !== undefined) console.warn(`skipped: how the command plugin runs a command: ${problem}`);

let sshd: Sshd;

beforeAll(async () => {
  if (problem === undefined) sshd = await startSshd(["AcceptEnv WANTED PULUMI_COMMAND_STDOUT"]);
});

afterAll(() => sshd?.stop());

describe.skipIf(problem !== undefined).each(commandPlugins())("$name", ({ path }) => {
  let plugin: PluginProcess;
  beforeAll(async () => {
    plugin = await startPlugin(path);
  });
  afterAll(() => plugin?.stop());

  const run = (inputs: Properties) => plugin.create({ connection: login(), ...inputs });

  describe("a command", () => {
    test("has its output recorded without one last newline", async () => {
      const { stdout, stderr } = await run({ create: "printf 'out\\n\\n'; printf 'err\\n' >&2" });
      expect({ stdout, stderr }).toEqual({ stdout: "out\n", stderr: "err" });
    });

    test("reads stdin to its end", async () => {
      const stdin = "line\n".repeat(100_000);
      expect(await run({ create: "wc -c", stdin })).toMatchObject({ stdout: String(stdin.length) });
    });

    // Whether the rest of stdin or the end of the command comes first is a race inside sshd: under load some succeed.
    test("may be rejected when it succeeds before it has read a large stdin", async () => {
      const outcome = () =>
        run({ create: "true", stdin: "x".repeat(3_000_000) }).then(
          ({ stdout }) => `stdout: ${stdout}`,
          (error: Error) => error.message,
        );
      const outcomes = [await outcome()];
      while (outcomes.at(-1) === "stdout: " && outcomes.length < 20) outcomes.push(await outcome());
      expect(outcomes.pop()).toBe('EOF: running "true":\n');
    });

    test("that fails is quoted with its whole output", async () => {
      await expect(run({ create: 'echo "out"; sleep 0.1; echo err >&2; exit 3' })).rejects.toThrow(
        new Error(
          'Process exited with status 3: running "echo \\"out\\"; sleep 0.1; echo err >&2; exit 3":\nout\nerr\n',
        ),
      );
    });

    test("that is killed is reported with its signal", async () => {
      await expect(run({ create: "kill -TERM $$" })).rejects.toThrow(
        new Error('Process exited with status 143 from signal TERM: running "kill -TERM $$":\n'),
      );
    });

    test("that is not there does nothing", async () => {
      const before = sshd.connectionCount();
      const created = await run({ update: "echo never" });
      expect(created).toMatchObject({ stdout: "", stderr: "" });
      await plugin.delete(created);
      expect(sshd.connectionCount()).toBe(before);
    });

    test("runs over a connection of its own", async () => {
      const before = sshd.connectionCount();
      await plugin.update(await run({ create: "true" }), { connection: login(), create: "true" });
      expect(sshd.connectionCount()).toBe(before + 2);
    });
  });

  describe("logging", () => {
    const create = "echo out; sleep 0.1; echo err >&2";
    const cases = [
      { logging: undefined, lines: ["status: out", "status: err"] },
      { logging: "stdoutAndStderr", lines: ["status: out", "status: err"] },
      { logging: "stdout", lines: ["status: out"] },
      { logging: "stderr", lines: ["status: err"] },
      { logging: "none", lines: [] },
    ];
    test.each(cases)("$logging shows $lines", async ({ logging, lines }) => {
      plugin.takeLog();
      await run({ create, logging });
      expect(plugin.takeLog()).toEqual(lines);
    });
  });

  describe("the environment", () => {
    test("reaches a command where the server accepts it", async () => {
      const created = await run({ create: "echo $WANTED", environment: { WANTED: "yes" } });
      expect(created).toMatchObject({ stdout: "yes" });
    });

    test("rejects a command before it runs where the server does not", async () => {
      await expect(run({ create: "echo never", environment: { UNWANTED: "yes" } })).rejects.toThrow(
        new Error('could not set environment variable "UNWANTED": ssh: setenv failed'),
      );
    });

    test("holds the previous output, and warns where the server does not accept it", async () => {
      plugin.takeLog();
      const created = await run({ create: "echo one; echo two >&2", logging: "none" });
      const inputs = { create: "echo $PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR", logging: "none" };
      expect(await plugin.update(created, { connection: login(), ...inputs })).toMatchObject({
        stdout: "one",
      });
      expect(plugin.takeLog().map((line) => line.slice(0, 45))).toEqual([
        "warning: Unable to set 'PULUMI_COMMAND_STDERR",
      ]);
    });

    test("holds no previous output when that is turned off", async () => {
      const created = await run({ create: "echo one" });
      const inputs = { create: "echo [$PULUMI_COMMAND_STDOUT]", addPreviousOutputInEnv: false };
      expect(await plugin.update(created, { connection: login(), ...inputs })).toMatchObject({
        stdout: "[]",
      });
    });
  });
});

function login(): Properties {
  const { port, user, privateKey } = sshd;
  return { host: "127.0.0.1", port, user, privateKey, dialErrorLimit: 1 };
}
