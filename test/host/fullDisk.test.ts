import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import {
  awaitRollback,
  guard,
  hostPayload,
  listTable,
  readStatus,
  runVerb,
  SSH,
} from "../support/hostPayload";

describe.skipIf(labProblem() !== undefined)("a disk without room", () => {
  let lab: Lab;
  let host: LabHost;
  const base = hostPayload();
  const next = hostPayload({ services: { ssh: SSH }, rollbackTimeout: "5s" });

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    const disks = ["/var/lib/portknock", "/etc/portknock"];
    for (const disk of disks)
      await host.run(`mkdir -m 700 ${disk}; mount -t tmpfs -o size=256k tmpfs ${disk}`);
    await guard(lab, host, base);
  });
  afterAll(() => lab?.dispose());

  const fill = (folder: string) =>
    host.run(`dd if=/dev/zero of=${folder}/filler bs=4k 2>/dev/null`, { check: false });
  const free = (folder: string) => host.run(`rm ${folder}/filler`);
  const refusal = (what: string) => ({
    exitCode: 1,
    stdout: "",
    stderr: `portknock: web-1: ${what} could not be written; make room on the disk\n`,
  });

  it("rejects an apply, and the old rules stand", async () => {
    const before = await listTable(host);
    await fill("/var/lib/portknock");
    expect(await runVerb(lab, host, "apply", next)).toEqual(refusal("/var/lib/portknock"));
    expect(await listTable(host)).toBe(before);
    const { state, token, findings } = await readStatus(lab, host);
    expect({ state, token, findings }).toEqual({ state: "guarded", token: base.token, findings: [] });
    await free("/var/lib/portknock");
  });

  it("rejects a confirm, keeps the old boot file, and the timer brings the old rules back", async () => {
    const before = await listTable(host);
    await runVerb(lab, host, "apply", next);
    await fill("/etc/portknock");
    await fill("/var/lib/portknock");
    const boot = "/etc/portknock/ruleset.nft";
    expect(await runVerb(lab, host, "confirm", next)).toEqual(refusal(boot));
    expect(await host.readFile(boot)).toBe(base.ruleset);
    await awaitRollback(host);
    expect(await listTable(host)).toBe(before);
    const { state, token, findings } = await readStatus(lab, host);
    expect({ state, token, findings }).toEqual({ state: "guarded", token: base.token, findings: [] });
    await free("/etc/portknock");
    await free("/var/lib/portknock");
  });

  it("is no trouble once there is room again", async () => {
    await guard(lab, host, next);
    expect((await readStatus(lab, host)).findings).toEqual([]);
  });
});
