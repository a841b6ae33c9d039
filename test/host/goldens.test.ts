import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { goldenNames, goldenRuleset } from "../support/goldens";

describe.each([
  { release: "bullseye", nft: "0.9.8" },
  { release: "bookworm", nft: "1.0.6" },
  { release: "trixie", nft: "1.1.3" },
])("nft $nft of Debian $release", ({ release, nft }) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  describe.skipIf(problem)("loads the golden ruleset of", () => {
    let lab: Lab;
    let host: LabHost;

    beforeAll(async () => {
      lab = await createLab();
      host = await lab.addHost("web-1", { base: release });
      expect((await host.run("nft --version")).stdout).toMatch(`nftables v${nft} `);
    });
    afterAll(async () => lab?.dispose());

    test.each(goldenNames)("%s", async (name) => {
      const ruleset = goldenRuleset(name);
      // nft 0.9.8 opens its standard input by name, which a socket has not.
      await host.run("cat | nft -f -", { input: ruleset });
      const { stdout } = await host.run("nft list table inet portknock");
      const comments = (text: string) => [...text.matchAll(/comment "([^"]*)"/g)].map(([, each]) => each);
      expect(comments(stdout).toSorted()).toEqual(comments(ruleset).toSorted());
    });
  });
});
