import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabHost } from "../../lab";
import { changes } from "../support/engineOutput";
import { PROGRAM_KINDS } from "../support/fleetStack";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";
import { countLogins, snapshotHost } from "../support/seenBy";

describe.skipIf(realProblem()).each(PROGRAM_KINDS)("a fleet under a program of kind %s", (kind) => {
  let fleet: GuardedFleet;
  let untouched: readonly string[];
  const eachHost = <T>(look: (host: LabHost) => Promise<T>): Promise<readonly T[]> =>
    Promise.all([fleet.web1, fleet.web2].map(look));

  beforeAll(async () => {
    fleet = await createFleet({}, kind);
    untouched = await eachHost(snapshotHost);
  });
  afterAll(async () => fleet?.lab.dispose());

  test("is guarded after the first up, over four connections a host, one of which brings the host script", async () => {
    const { stdout } = await fleet.stack.up();
    expect(changes(stdout)).toEqual(["+ 9 created"]);
    expect(await eachHost(countLogins)).toEqual([4, 4]);
    const stranger = await fleet.lab.addClient("stranger");
    const refused = await fleet.lab.ssh(fleet.web1, "true", { from: stranger, check: false });
    expect(refused.stderr).toMatch(/Connection refused/);
  });

  test("is left alone by a second up, over one connection a host", async () => {
    const { stdout } = await fleet.stack.up();
    expect(changes(stdout)).toEqual(["9 unchanged"]);
    expect(await eachHost(countLogins)).toEqual([5, 5]);
  });

  test("shows no changes to preview --expect-no-changes", async () => {
    const { exitCode, stdout } = await fleet.stack.preview({ args: ["--expect-no-changes"] });
    expect([exitCode, changes(stdout)]).toEqual([0, ["9 unchanged"]]);
  });

  test("takes a changed policy over three connections a host", async () => {
    const before = await eachHost(countLogins);
    await fleet.stack.configure({ ...fleet.config, openPorts: ["80", "443"] });
    const { stdout } = await fleet.stack.up();
    expect(changes(stdout)).toEqual(["~ 5 updated", "4 unchanged"]);
    expect(await eachHost(countLogins)).toEqual(before.map((count) => count + 3));
    const quiet = await fleet.stack.preview({ args: ["--expect-no-changes"] });
    expect(changes(quiet.stdout)).toEqual(["9 unchanged"]);
  });

  test("stays guarded when a host is renamed: the old name's remove leaves the new name's rules", async () => {
    const renamed = { ...fleet.web1, name: "front-1" };
    await fleet.stack.configure({ ...fleet.config, openPorts: ["80", "443"], hosts: [renamed, fleet.web2] });
    const { stdout } = await fleet.stack.up();
    expect(changes(stdout)).toEqual(["+ 3 created", "~ 1 updated", "- 3 deleted", "7 changes. 5 unchanged"]);
    expect((await fleet.web1.run("nft list tables")).stdout).toBe("table inet portknock\n");
    const quiet = await fleet.stack.preview({ args: ["--expect-no-changes"] });
    expect(changes(quiet.stdout)).toEqual(["9 unchanged"]);
  });

  test("is as before the first up once it is destroyed", async () => {
    await fleet.stack.destroy();
    expect(await eachHost(snapshotHost)).toEqual(untouched);
  });
});
