import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changes } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack } from "../support/fleetStack";
import { createLab, type Lab, type LabHost } from "../support/lab";
import { realProblem } from "../support/realProblem";
import { countLogins, snapshotHost } from "../support/seenBy";

describe.skipIf(realProblem())("a fleet under pulumi up", () => {
  let lab: Lab;
  let web1: LabHost;
  let web2: LabHost;
  let stack: FleetStack;
  let config: FleetConfig;
  let untouched: readonly string[];

  beforeAll(async () => {
    lab = await createLab();
    [web1, web2] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
    untouched = await Promise.all([web1, web2].map(snapshotHost));
    stack = await createFleetStack(lab, "dev");
    config = {
      hosts: [web1, web2],
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: "41101,52202/udp,43303" },
      allow: [lab.operator.address4],
      openPorts: ["80"],
    };
    await stack.configure(config);
  });
  afterAll(async () => lab?.dispose());

  test("is guarded after the first up, over three connections a host", async () => {
    const { stdout } = await stack.up();
    expect(changes(stdout)).toEqual(["+ 8 created"]);
    expect(await Promise.all([web1, web2].map(countLogins))).toEqual([3, 3]);
    const stranger = await lab.addClient("stranger");
    const refused = await lab.ssh(web1, "true", { from: stranger, check: false });
    expect(refused.stderr).toMatch(/Connection refused/);
  });

  test("is left alone by a second up, over one connection a host", async () => {
    const { stdout } = await stack.up();
    expect(changes(stdout)).toEqual(["8 unchanged"]);
    expect(await Promise.all([web1, web2].map(countLogins))).toEqual([4, 4]);
  });

  test("shows no changes to preview --expect-no-changes", async () => {
    const { exitCode, stdout } = await stack.preview({ args: ["--expect-no-changes"] });
    expect([exitCode, changes(stdout)]).toEqual([0, ["8 unchanged"]]);
  });

  test("takes a changed policy over three connections a host", async () => {
    const before = await Promise.all([web1, web2].map(countLogins));
    await stack.configure({ ...config, openPorts: ["80", "443"] });
    const { stdout } = await stack.up();
    expect(changes(stdout)).toEqual(["~ 4 updated", "4 unchanged"]);
    expect(await Promise.all([web1, web2].map(countLogins))).toEqual(before.map((count) => count + 3));
    const quiet = await stack.preview({ args: ["--expect-no-changes"] });
    expect(changes(quiet.stdout)).toEqual(["8 unchanged"]);
  });

  test("stays guarded when a host is renamed: the old name's remove leaves the new name's rules", async () => {
    const renamed = { ...web1, name: "front-1" };
    await stack.configure({ ...config, openPorts: ["80", "443"], hosts: [renamed, web2] });
    const { stdout } = await stack.up();
    expect(changes(stdout)).toEqual(["+ 3 created", "- 3 deleted", "6 changes. 5 unchanged"]);
    expect((await web1.run("nft list tables")).stdout).toBe("table inet portknock\n");
    const quiet = await stack.preview({ args: ["--expect-no-changes"] });
    expect(changes(quiet.stdout)).toEqual(["8 unchanged"]);
  });

  test("is as before the first up once it is destroyed", async () => {
    await stack.destroy();
    expect(await Promise.all([web1, web2].map(snapshotHost))).toEqual(untouched);
  });
});
