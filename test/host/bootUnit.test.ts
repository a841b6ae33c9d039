import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { guard, hostPayload, readStatusLocally } from "../support/hostPayload";

describe.skipIf(labProblem() !== undefined)("our unit", () => {
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    await guard(lab, host, hostPayload());
  });
  afterAll(() => lab?.dispose());

  it.each(["start", "reload", "restart", "stop", "start"])(
    "keeps our table over a %s of nftables.service, which flushes every table",
    async (verb) => {
      // What waits for systemctl finds the table in place: there is nothing to wait for.
      const { stdout } = await host.run(
        `systemctl ${verb} nftables.service; nft list tables | grep portknock`,
      );
      expect(stdout).toBe("table inet portknock\n");
      expect((await readStatusLocally(host)).findings).toEqual([]);
    },
  );

  it("leaves a present table alone when it is restarted itself", async () => {
    const before = (await host.run("nft -a list ruleset")).stdout;
    await host.run("systemctl restart portknock.service");
    expect((await host.run("nft -a list ruleset")).stdout).toBe(before);
  });

  it("stays away once it is disabled, also where nftables.service is enabled, until the next apply", async () => {
    await host.run("systemctl enable --quiet nftables.service");
    await host.run("systemctl disable --quiet portknock.service; nft delete table inet portknock");
    await host.reboot();
    await host.run("systemctl restart nftables.service");
    expect((await host.run("nft list tables")).stdout).toBe("table inet filter\n");
    await guard(lab, host, hostPayload());
    await host.reboot();
    expect((await host.run("nft list tables")).stdout).toBe("table inet filter\ntable inet portknock\n");
  });
});
