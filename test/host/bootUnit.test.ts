import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guard, hostPayload, readStatusLocally } from "../support/hostPayload";
import { createLab, type Lab, type LabHost, labProblem } from "../support/lab";
import { waitUntil } from "../support/lab/waitUntil";

describe.skipIf(labProblem() !== undefined)("our unit", () => {
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    await guard(lab, host, hostPayload());
  });
  afterAll(() => lab?.dispose());

  it("brings our table back when nftables.service is reloaded, restarted, or stopped and started", async () => {
    for (const verb of ["restart", "reload", "restart", "stop", "start"]) {
      await host.run(`systemctl ${verb} nftables.service`);
      if (verb === "stop") continue;
      // Our unit has its turn after theirs, and systemctl waits for theirs alone.
      await waitUntil(
        async () => (await readStatusLocally(host)).findings.length === 0,
        5,
        () => `our table after ${verb}`,
      );
      expect((await host.run("nft list tables")).stdout).toContain("table inet portknock\n");
    }
  });

  it("leaves a present table alone when it is reloaded or restarted itself", async () => {
    const before = (await host.run("nft -a list ruleset")).stdout;
    await host.run("systemctl reload portknock.service; systemctl restart portknock.service");
    expect((await host.run("nft -a list ruleset")).stdout).toBe(before);
  });
});
