import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  canConnect,
  guard,
  hostPayload,
  readStatus,
  readStatusLocally,
  runVerb,
  SSH,
  snapshot,
} from "../support/hostPayload";
import { knockFrom } from "../support/knockFrom";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../support/lab";
import { baseProblem } from "../support/lab/labProblem";

describe.each([
  { release: "bullseye", nft: "0.9.8" },
  { release: "bookworm", nft: "1.0.6" },
  { release: "trixie", nft: "1.1.3" },
])("Debian $release with nft $nft", ({ release, nft }) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  describe.skipIf(problem)("as a host", () => {
    let lab: Lab;
    let host: LabHost;
    let laptop: LabClient;
    let untouched: string;

    beforeAll(async () => {
      lab = await createLab();
      [host, laptop] = await Promise.all([lab.addHost("web-1", { base: release }), lab.addClient("laptop")]);
      untouched = await snapshot(host);
      await guard(lab, host, hostPayload());
    });
    afterAll(async () => lab?.dispose());

    test("is guarded, in sync, and stays so over a reboot", async () => {
      expect((await host.run("nft --version")).stdout).toMatch(`nftables v${nft} `);
      const before = await readStatus(lab, host);
      expect([before.state, before.findings]).toEqual(["guarded", []]);
      await host.reboot();
      expect((await readStatus(lab, host)).observed).toBe(before.observed);
    });

    test("keeps an open window over an update, and says what drifted", async () => {
      const { stdout } = await host.run("grep '^service .* ssh ' /var/lib/portknock/confirmed/manifest");
      const [, id = ""] = stdout.split(" ");
      await host.run(
        `nft add element inet portknock pk_admitted4 '{ 10.77.0.99 . ${id} timeout 5m expires 4m }'`,
      );
      await guard(lab, host, hostPayload({ allow: ["10.77.0.1", "10.77.0.2"] }), { marker: "m2" });
      expect((await readStatus(lab, host)).text).toMatch(/^admitted ssh 10\.77\.0\.99 23\d$/m);
      await host.run("nft flush chain inet portknock pk_done");
      expect((await readStatus(lab, host)).findings).toEqual([
        'chain pk_done: the rule "done: clear the scratch register" is missing or was changed',
      ]);
    });

    test("counts under a baseline what packets bring, takes none of it for drift, and carries the blacklist over", async () => {
      const baseline = { traps: ["23"], exceptNetworks: ["10.77.0.0/16", "fd77::/32"] };
      await guard(lab, host, hostPayload({ policy: { baseline } }), { marker: "m3" });
      // Whoever is connected at the first apply under a baseline is trusted: this apply itself came over SSH.
      expect((await host.run("nft list set inet portknock pk_trusted4")).stdout).toContain("10.77.0.1 ");
      for (const port of [22, 22, 5]) await canConnect(laptop, host.address4, port);
      await knockFrom(laptop, host.address4, SSH.sequence);
      for (const port of [22, 5]) await canConnect(laptop, host.address4, port);
      await canConnect(laptop, host.address6, 23);
      const { lines, findings } = await readStatusLocally(host);
      expect([lines("connections"), lines("refusals"), lines("refused-port"), lines("blacklisted")]).toEqual([
        ["ssh 1"],
        ["ssh 2"],
        ["tcp 5 2", "tcp 22 2"],
        ["1"],
      ]);
      expect(findings).toEqual([]);
      await guard(lab, host, hostPayload({ policy: { baseline, openPorts: ["443"] } }), { marker: "m4" });
      const carried = await readStatusLocally(host);
      expect([carried.lines("blacklisted"), carried.findings]).toEqual([["1"], []]);
      expect((await host.run("nft list set inet portknock pk_trusted4")).stdout).toContain(laptop.address4);
    });

    test("is as before once the rules are removed", async () => {
      await runVerb(lab, host, "remove", hostPayload());
      expect(await snapshot(host)).toBe(untouched);
    });
  });
});
