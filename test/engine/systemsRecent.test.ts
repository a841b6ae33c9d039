import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lab, LabClient, LabHost } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import { clientToolProblem, countPongs, knockOn, scan } from "../support/clientTools";
import { changes } from "../support/engineOutput";
import { elementsOf } from "../support/hostSets";
import { createLabExample, goldenRuleset, LAB_NETWORKS, type LabExample } from "../support/labExample";
import { startListener } from "../support/packets/startPackets";
import { realProblem } from "../support/realProblem";
import { routeThrough } from "../support/throughHost";

const problem = realProblem() ?? clientToolProblem();
if (problem !== undefined) console.warn(`skipped: the system of recent lists: ${problem}`);

const SEQUENCE = "1234 2345 3456";
const SILENT = "filtered no-response";
const OPEN = "open syn-ack";
const LISTS = { allow: ["10.77.0.1"], exceptNetworks: LAB_NETWORKS };
const FLOOD = ["--tcp", "-p", "80", "--flags", "syn"];

describe.skipIf(problem !== undefined)("the firewall with recent lists", () => {
  let example: LabExample;
  let lab: Lab;
  let host: LabHost;
  let clients = 0;
  const newClient = (): Promise<LabClient> => {
    clients += 1;
    return lab.addClient(`client-${clients}`);
  };

  beforeAll(async () => {
    const sshSequence = SEQUENCE.replaceAll(" ", ",");
    example = await createLabExample("recent-2016", { sshSequence, lists: LISTS });
    ({ lab, host } = example);
    await startListener(host, ["80/tcp", "443/tcp", "23/tcp"]);
  });
  afterAll(async () => example?.lab.dispose());

  test("is the golden policy, with the lab's network", async () => {
    expect(await host.readFile("/etc/portknock/ruleset.nft")).toBe(
      await goldenRuleset(lab, "recent-2016", LISTS),
    );
  });

  test("serves 80 and 443 and is silent on every other port", async () => {
    const visitor = await newClient();
    expect(await scan(visitor, host.address4, "22,80,443,1234,8080")).toEqual([
      SILENT,
      OPEN,
      OPEN,
      SILENT,
      SILENT,
    ]);
  });

  test("answers one ping a second, four at once", async () => {
    expect(await countPongs(await newClient(), host.address4, 10)).toBe(4);
  });

  test("leaves loopback alone", async () => {
    const { stdout } = await host.run("bash -c 'head -c 4 </dev/tcp/127.0.0.1/22'");
    expect(stdout).toBe("SSH-");
  });

  test("opens SSH to the knocker for an hour; a session goes on when the hour is over", async () => {
    const [knocker, stranger] = await Promise.all([newClient(), newClient()]);
    await knockOn(knocker, host.address4, SEQUENCE);
    expect(await elementsOf(host, "pk_admitted4")).toEqual([
      expect.stringMatching(new RegExp(`^${knocker.address4} \\. \\S+ timeout 1h expires 59m5`)),
    ]);
    expect(await scan(stranger, host.address4, "22")).toEqual([SILENT]);
    const session = lab.ssh(
      host,
      "touch /run/inside; until [ -e /run/go-on ]; do sleep 0.1; done; echo still in",
      { from: knocker },
    );
    await waitUntil(
      async () => (await host.run("test -e /run/inside", { check: false })).exitCode === 0,
      10,
      () => "session",
    );
    // What the clock does after an hour.
    await host.run("nft flush set inet portknock pk_admitted4");
    expect(await scan(knocker, host.address4, "22")).toEqual([SILENT]);
    await host.run("touch /run/go-on");
    expect((await session).stdout).toBe("still in\n");
  });

  test("goes back to the start after a wrong knock, and after 10 s without the next", async () => {
    const [hasty, slow] = await Promise.all([newClient(), newClient()]);
    await knockOn(hasty, host.address4, "1234 2345 9999 3456");
    expect(await scan(hasty, host.address4, "22")).toEqual([SILENT]);
    await knockOn(slow, host.address4, "1234 2345");
    expect(await elementsOf(host, "pk_stage4")).toEqual([
      expect.stringMatching(new RegExp(`^${slow.address4} expires (10|[5-9])s`)),
    ]);
    await waitUntil(
      async () => (await elementsOf(host, "pk_stage4")).length === 0,
      15,
      () => "forgotten",
    );
    await knockOn(slow, host.address4, "3456");
    expect(await scan(slow, host.address4, "22")).toEqual([SILENT]);
  });

  describe("blacklists for an hour", () => {
    test.each([
      ["TCP without flags", ["-sN"], "80"],
      ["new TCP that is a bare ACK", ["-sA"], "81"],
      ["all six flags", ["-sS", "--scanflags", "URGACKPSHRSTSYNFIN"], "80"],
      ["XMAS as nmap has it", ["-sX"], "80"],
      ["more than 60 SYNs a second", ["-sS", "--min-rate", "500"], "20000-20399"],
      ["the trap 21", ["-sS"], "21"],
      ["the trap 23, though something listens there", ["-sS"], "23"],
      ["the trap 25", ["-sS"], "25"],
      ["the trap 139", ["-sS"], "139"],
      ["the trap 3389", ["-sS"], "3389"],
    ])("who sends %s", async (_, kind, ports) => {
      const attacker = await newClient();
      expect(await scan(attacker, host.address4, "80")).toEqual([OPEN]);
      await scan(attacker, host.address4, ports, kind);
      expect(await scan(attacker, host.address4, "80,443")).toEqual([SILENT, SILENT]);
      expect(await elementsOf(host, "pk_blacklist4")).toContainEqual(
        expect.stringMatching(new RegExp(`^${attacker.address4} timeout 1h expires 59m5`)),
      );
    });

    test("and not who sends 40 SYNs a second, wrong knocks, or a late FIN of a connection long forgotten", async () => {
      const visitor = await newClient();
      await visitor.run(["nping", ...FLOOD, "-c", "80", "--rate", "40", host.address4]);
      await scan(visitor, host.address4, "22,1000,2345,3456");
      await scan(visitor, host.address4, "80", ["-sA", "--scanflags", "FINACK"]);
      expect(await scan(visitor, host.address4, "80")).toEqual([OPEN]);
    });

    test("and begins the hour afresh with each further packet", async () => {
      const attacker = await newClient();
      const secondsLeft = async (): Promise<number> => {
        const elements = await elementsOf(host, "pk_blacklist4");
        const own = elements.find((element) => element.startsWith(`${attacker.address4} `)) ?? "";
        const [, minutes, seconds] = /expires (\d+)m(\d+)s/.exec(own) ?? [];
        return Number(minutes) * 60 + Number(seconds);
      };
      await scan(attacker, host.address4, "23");
      await waitUntil(
        async () => (await secondsLeft()) < 3597,
        10,
        () => "three seconds",
      );
      await scan(attacker, host.address4, "80");
      expect(await secondsLeft()).toBeGreaterThanOrEqual(3598);
    });
  });

  test("lets a blacklisted administrator back in who knows the sequence, and trusts that one from then on", async () => {
    const admin = await newClient();
    await scan(admin, host.address4, "23");
    expect(await scan(admin, host.address4, "22,80")).toEqual([SILENT, SILENT]);
    await knockOn(admin, host.address4, SEQUENCE);
    expect(await scan(admin, host.address4, "22,80")).toEqual([OPEN, OPEN]);
    await scan(admin, host.address4, "23");
    expect(await scan(admin, host.address4, "22,80")).toEqual([OPEN, OPEN]);
  });

  test("knocks, blacklists and takes off the blacklist over IPv6 too", async () => {
    const admin = await newClient();
    expect(await scan(admin, host.address6, "22,80")).toEqual([SILENT, OPEN]);
    await scan(admin, host.address6, "3389");
    expect(await scan(admin, host.address6, "22,80")).toEqual([SILENT, SILENT]);
    await knockOn(admin, host.address6, SEQUENCE);
    expect(await scan(admin, host.address6, "22,80")).toEqual([OPEN, OPEN]);
  });

  test("drops martians", async () => {
    const [martian, earthling] = await Promise.all([
      lab.addClient("martian", { address4: "172.16.3.4" }),
      lab.addClient("earthling", { address4: "11.16.3.4" }),
    ]);
    await host.run("ip addr add 172.16.0.1/16 dev eth0; ip addr add 11.16.0.1/16 dev eth0");
    expect(await scan(martian, "172.16.0.1", "80")).toEqual([SILENT]);
    expect(await scan(earthling, "11.16.0.1", "80")).toEqual([OPEN]);
  });

  test("forwards nothing", async () => {
    const [from, to] = await Promise.all([newClient(), newClient()]);
    const behind = await routeThrough(host, from, to);
    expect(await scan(from, behind, "22")).toEqual([SILENT]);
  });

  test("has nothing to change afterwards, and never blacklists the deployer", async () => {
    await scan(lab.operator, host.address4, "23");
    const { exitCode, stdout } = await example.stack.previewNoChanges();
    expect([exitCode, changes(stdout)]).toEqual([0, ["6 unchanged"]]);
  });
});
