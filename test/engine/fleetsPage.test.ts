import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost, type RunResult } from "../../lab";
import { createFleetStack, type FleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const PAGE = readFileSync(resolve(__dirname, "../../docs/fleets.md"), "utf8");
const SEQUENCES = '{"ssh": "7000,9000,8000"}';

/** The commands that stand below a heading, block by block. */
function commandsBelow(heading: string): readonly string[] {
  const [, below = ""] = PAGE.split(`\n## ${heading}\n`);
  const [section = ""] = below.split("\n## ");
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = ""]) => commands);
}

describe.skipIf(realProblem())("the commands of the page about fleets", () => {
  let lab: Lab;
  let web1: LabHost;
  let web2: LabHost;
  let project: FleetStack;

  beforeAll(async () => {
    lab = await createLab();
    [web1, web2] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
    project = await createFleetStack(lab, "page");
    writeFileSync(join(project.folder, "sequences.json"), SEQUENCES);
    writeFileSync(join(project.folder, "sequences-nyc.json"), SEQUENCES);
  });
  afterAll(async () => lab?.dispose());

  /** As they stand there, but for the addresses, keys and files of the lab. */
  const carryOut = (commands: string): Promise<RunResult> => {
    const [first, second] = [web1, web2].map(({ hostKey }) => hostKey);
    const here = commands
      .replaceAll("203.0.113.21", web1.address4)
      .replaceAll("203.0.113.22", web2.address4)
      .replaceAll("198.51.100.7", lab.operator.address4)
      .replace(/(web-1\.hostKey) "[^"]*"/, `$1 "${first}"`)
      .replace(/(web-2\.hostKey) "[^"]*"/, `$1 "${second}"`)
      .replaceAll("~/.ssh/id_ed25519", lab.privateKeyPath);
    return lab.operator.run(["sh", "-eu", "-c", here], {
      cwd: project.folder,
      env: {
        ...engineEnvironment(join(project.folder, "state"), "correct horse"),
        PULUMI_OPTION_NON_INTERACTIVE: "true",
        SSH_AUTH_SOCK: "",
      },
      timeoutSeconds: 240,
      check: false,
    });
  };
  const mustWork = async (commands: string): Promise<RunResult> => {
    const ended = await carryOut(commands);
    if (ended.exitCode !== 0) throw new Error(`${commands}\n${ended.stdout}${ended.stderr}`);
    return ended;
  };
  const tables = () =>
    Promise.all([web1, web2].map(async (host) => (await host.run("nft list tables")).stdout));

  test("make two stacks, each with a host", async () => {
    for (const commands of commandsBelow("Stacks")) await mustWork(commands);
    expect(await tables()).toEqual(["table inet portknock\n", "table inet portknock\n"]);
  });

  test("find out what was changed in one of them, and mend it", async () => {
    const [nightly = ""] = commandsBelow("Every night");
    await mustWork(nightly);
    await web1.run("nft delete table inet portknock");
    const found = await carryOut(nightly);
    expect([found.exitCode, found.stderr]).toEqual([1, "drifted: prod-fra\n"]);
    expect(readFileSync(join(project.folder, "drift-prod-fra.txt"), "utf8")).toContain(
      "web-1: drifted: the table is missing",
    );
    const [update = ""] = commandsBelow("All stacks");
    await mustWork(update);
    expect(await tables()).toEqual(["table inet portknock\n", "table inet portknock\n"]);
  });

  test("take out a host that is gone", async () => {
    await web2.shutdown();
    const [gone = ""] = commandsBelow("A host that is gone");
    await mustWork(gone);
    expect((await mustWork("pulumi stack export --stack prod-nyc")).stdout).not.toContain("fleet-web-2");
  });
});
