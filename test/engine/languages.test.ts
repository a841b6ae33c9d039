import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost, type RunResult } from "../../lab";
import { changes, diagnostics, hostDiagnostics, touched } from "../support/engineOutput";
import { createExampleStack, type ExampleStack } from "../support/exampleStack";
import { installPython, pythonProblem, yamlProblem } from "../support/languages";
import { realProblem } from "../support/realProblem";
import { snapshotHost } from "../support/seenBy";

/** Above the range from which the kernel takes source ports, which sshd logs. */
const PORTS = ["61791", "62867", "63973"];
const SEQUENCE = `${PORTS[0]},${PORTS[1]}/udp,${PORTS[2]}`;
const QUIET = ["preview", "--expect-no-changes"];
const UP = ["up", "--yes", "--skip-preview"];
const COMMANDS = ["edge-web-1-apply", "edge-web-1-confirm"];
const REFUSED = "error: pulumi-portknock:index:PortKnockFirewall resource 'edge' has a problem:";

const LANGUAGES = [
  { language: "yaml", problem: realProblem() ?? yamlProblem(), prepare: async () => {} },
  { language: "python", problem: realProblem() ?? pythonProblem(), prepare: installPython },
];

for (const { language, problem } of LANGUAGES) {
  if (problem !== undefined) console.warn(`skipped: the program in ${language}: ${problem}`);
}

describe.each(LANGUAGES)("examples/$language", ({ language, problem, prepare }) => {
  describe.skipIf(problem !== undefined)("under the engine", () => {
    let lab: Lab;
    let host: LabHost;
    let stack: ExampleStack;
    let untouched: string;
    const printed: string[] = [];

    const run = async (args: readonly string[]): Promise<RunResult> => {
      const result = await stack.pulumi(args, { check: false });
      printed.push(result.stdout, result.stderr);
      return result;
    };
    const configure = (key: string, value: string): Promise<RunResult> =>
      stack.pulumi(["config", "set", "--path", key, value]);
    const setSequence = (input: string): Promise<RunResult> =>
      stack.pulumi(["config", "set", "--secret", "sshSequence"], { input });
    const expectQuiet = async (): Promise<void> => {
      const { exitCode, stdout } = await run(QUIET);
      expect([exitCode, changes(stdout), hostDiagnostics(stdout)]).toEqual([0, ["6 unchanged"], []]);
    };

    beforeAll(async () => {
      lab = await createLab();
      host = await lab.addHost("web-1");
      untouched = await snapshotHost(host);
      stack = await createExampleStack(lab, language, {
        plain: { host: host.address4, hostKey: host.hostKey },
        lists: { allow: [lab.operator.address4] },
        secret: { privateKey: lab.privateKey, sshSequence: SEQUENCE },
      });
      await prepare(lab, stack);
    });
    afterAll(async () => lab?.dispose());

    test("guards the host, which a preview announces, and has nothing to do afterwards", async () => {
      const preview = await run(["preview", "--diff"]);
      expect([preview.exitCode, changes(preview.stdout)]).toEqual([0, ["+ 6 to create"]]);
      const { exitCode, stdout } = await run([...UP, "--diff"]);
      expect([exitCode, changes(stdout)]).toEqual([0, ["+ 6 created"]]);
      expect(stdout).toMatch(/^ {4}knocks: \[secret\]$/m);
      await expectQuiet();
    });

    test("hands the client its sequence", async () => {
      const { stdout } = await stack.pulumi(["stack", "output", "knocks", "--show-secrets", "--json"]);
      expect(JSON.parse(stdout)).toEqual({
        "web-1": { ssh: `${PORTS[0]}/tcp,${PORTS[1]}/udp,${PORTS[2]}/tcp` },
      });
    });

    test("finds what somebody changed on the host, and mends it", async () => {
      await host.run("nft delete table inet portknock");
      const drifted = ["warning: web-1: drifted: the table is missing"];
      const preview = await run(QUIET);
      expect([preview.exitCode === 0, hostDiagnostics(preview.stdout)]).toEqual([false, drifted]);
      expect(touched(preview.stdout)).toEqual(COMMANDS);
      const up = await run(UP);
      expect([up.exitCode, hostDiagnostics(up.stdout), touched(up.stdout)]).toEqual([0, drifted, COMMANDS]);
      await expectQuiet();
    });

    describe("refused", () => {
      const expectRefusal = async (...problems: readonly string[]): Promise<void> => {
        const before = await snapshotHost(host);
        for (const args of [["preview"], UP]) {
          const { exitCode, stdout } = await run(args);
          const said = diagnostics(stdout).filter((line) => problems.some((each) => line.endsWith(each)));
          const [first = "", ...others] = problems;
          expect([exitCode === 0, said]).toEqual([false, [`${REFUSED} ${first}`, ...others]]);
        }
        expect(await snapshotHost(host)).toBe(before);
      };

      test("rejects a policy with every problem at once, and touches nothing", async () => {
        await configure("allow[1]", "10.77.0.1/16");
        await setSequence(`${PORTS[0]},${PORTS[0]}`);
        await expectRefusal(
          'allow[1]: has bits set behind its prefix; write "10.77.0.0/16" if that is meant',
          "services.ssh.sequence: knock 2 repeats knock 1; use each port once",
        );
        await setSequence(SEQUENCE);
        await stack.pulumi(["config", "rm", "--path", "allow[1]"]);
      });

      test("rejects what would lock Pulumi out, and touches nothing", async () => {
        await configure("allow[0]", "10.77.0.200");
        await expectRefusal(
          "hosts.web-1.connection: ssh would lock Pulumi out, which this host sees coming from 10.77.0.1; add that address to allow",
        );
        await configure("allow[0]", lab.operator.address4);
        // The policy that was looked at last is in the state, though no host has it.
        const { stdout } = await run(UP);
        expect([changes(stdout), touched(stdout)]).toEqual([["~ 1 updated", "5 unchanged"], []]);
        await expectQuiet();
      });
    });

    test("shows no port of a sequence, no key and no rule", async () => {
      const state = await lab.operator.run([
        "grep",
        "-r",
        "",
        "--no-filename",
        `${stack.folder}/../../state`,
      ]);
      const shown = [...printed, (await stack.pulumi(["stack", "export"])).stdout, state.stdout].join("\n");
      const key = lab.privateKey.split("\n")[1] ?? "";
      const secrets = [...PORTS, key, "chain pk_"];
      expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
    });

    test("leaves the host as it was when it is destroyed", async () => {
      const { exitCode, stdout } = await run(["destroy", "--yes", "--skip-preview"]);
      expect([exitCode, changes(stdout)]).toEqual([0, ["- 6 deleted"]]);
      expect(await snapshotHost(host)).toBe(untouched);
    });
  });
});
