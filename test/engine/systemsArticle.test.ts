import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lab, LabClient, LabHost } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import { clientToolProblem, knockOn, scan } from "../support/clientTools";
import { changes } from "../support/engineOutput";
import { elementsOf } from "../support/hostSets";
import { createLabExample, goldenRuleset, LAB_NETWORKS, type LabExample } from "../support/labExample";
import { realProblem } from "../support/realProblem";
import { routeThrough } from "../support/throughHost";

const problem = realProblem() ?? clientToolProblem();
if (problem !== undefined) console.warn(`skipped: the article's system: ${problem}`);

const SEQUENCE = "10000 2345 3456 1234";
const SILENT = "filtered no-response";
const LISTS = { allow: ["10.77.0.1"], exceptNetworks: LAB_NETWORKS };

describe.skipIf(problem !== undefined)("the nftables article's system", () => {
  let example: LabExample;
  let lab: Lab;
  let host: LabHost;
  let knocker: LabClient;
  let stranger: LabClient;
  const login = async (from: LabClient, family: 4 | 6 = 4): Promise<number> =>
    (await lab.ssh(host, "true", { from, family, check: false })).exitCode;
  const untilEmpty = (set: string): Promise<unknown> =>
    waitUntil(
      async () => (await elementsOf(host, set)).length === 0,
      15,
      () => `${set} empty`,
    );

  beforeAll(async () => {
    const sshSequence = SEQUENCE.replaceAll(" ", ",");
    example = await createLabExample("nftables-article", { sshSequence, lists: LISTS });
    ({ lab, host } = example);
    [knocker, stranger] = await Promise.all([lab.addClient("knocker"), lab.addClient("stranger")]);
  });
  afterAll(async () => example?.lab.dispose());

  test("is the golden policy, with the lab's network", async () => {
    expect(await host.readFile("/etc/portknock/ruleset.nft")).toBe(
      await goldenRuleset(lab, "article", LISTS),
    );
  });

  test("answers nothing: guarded, knocked, closed, TCP or UDP", async () => {
    expect(await scan(stranger, host.address4, "22,80,1234,10000")).toEqual([SILENT, SILENT, SILENT, SILENT]);
    expect(await scan(stranger, host.address4, "53,10000", ["-sU"])).toEqual([
      "open|filtered no-response",
      "open|filtered no-response",
    ]);
  });

  test("opens SSH to the knocker for 10 s; a session that exists goes on after them", async () => {
    expect(await login(knocker)).toBe(255);
    await knockOn(knocker, host.address4, SEQUENCE);
    const session = lab.ssh(host, "until [ -e /run/go-on ]; do sleep 0.1; done; echo still in", {
      from: knocker,
    });
    expect(await login(knocker)).toBe(0);
    expect(await scan(stranger, host.address4, "22")).toEqual([SILENT]);
    await untilEmpty("pk_admitted4");
    expect(await scan(knocker, host.address4, "22")).toEqual([SILENT]);
    await host.run("touch /run/go-on");
    expect((await session).stdout).toBe("still in\n");
  });

  test("opens SSH over IPv6 too", async () => {
    await knockOn(knocker, host.address6, SEQUENCE);
    expect([await login(knocker, 6), await login(stranger, 6)]).toEqual([0, 255]);
  });

  test("forgets a knocker who waits longer than 5 s for the next knock", async () => {
    await knockOn(stranger, host.address4, "10000 2345 3456");
    expect(await elementsOf(host, "pk_stage4")).toEqual([
      expect.stringMatching(/^10\.77\.0\.102 expires [1-5]s\S* : /),
    ]);
    await untilEmpty("pk_stage4");
    await knockOn(stranger, host.address4, "1234");
    expect(await scan(stranger, host.address4, "22")).toEqual([SILENT]);
  });

  test("does what the original cannot: a wrong knock resets", async () => {
    await knockOn(stranger, host.address4, "10000 2345 3456 9999 1234");
    expect(await scan(stranger, host.address4, "22")).toEqual([SILENT]);
  });

  test("leaves forwarded traffic alone", async () => {
    const behind = await routeThrough(host, stranger, knocker);
    expect(await scan(stranger, behind, "22")).toEqual(["closed reset"]);
  });

  test("has nothing to change afterwards, and is gone once it is destroyed", async () => {
    const { exitCode, stdout } = await example.stack.previewNoChanges();
    expect([exitCode, changes(stdout)]).toEqual([0, ["6 unchanged"]]);
    await example.stack.destroy();
    expect((await host.run("nft list ruleset")).stdout).toBe("");
  });
});
