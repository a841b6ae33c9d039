import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost } from "../../lab";
import { changes, diagnostics } from "../support/engineOutput";
import { createExampleStack, type ExampleStack } from "../support/exampleStack";
import { installPython, pythonProblem } from "../support/pythonProgram";
import { realProblem } from "../support/realProblem";
import { snapshotHost } from "../support/seenBy";
import { engine } from "../support/tools";

const SEQUENCE = "61791,62867/udp,63973";

const LANGUAGES = [
  { language: "yaml", problem: realProblem() ?? yamlProblem(), prepare: async () => {} },
  { language: "python", problem: realProblem() ?? pythonProblem(), prepare: installPython },
];

for (const { language, problem } of LANGUAGES) {
  if (problem !== undefined) console.warn(`skipped: the program in ${language}: ${problem}`);
}

describe.each(LANGUAGES)("the program in $language", ({ language, problem, prepare }) => {
  describe.skipIf(problem !== undefined)("", () => {
    let lab: Lab;
    let host: LabHost;
    let stack: ExampleStack;
    let untouched: string;

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

    test("guards the host", async () => {
      const { stdout } = await stack.up();
      console.log(stdout);
    });
  });
});

function yamlProblem(): string | undefined {
  return engine().languageHosts.yaml === undefined ? "no language host for YAML: npm run setup" : undefined;
}
