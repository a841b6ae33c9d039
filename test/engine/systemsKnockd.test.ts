import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Lab, LabClient, LabHost } from "../../lab";
import { waitUntil } from "../../lab/waitUntil";
import { clientToolProblem, countPongs, knockOn, scan } from "../support/clientTools";
import { changes } from "../support/engineOutput";
import { elementsOf } from "../support/hostSets";
import { createLabExample, goldenRuleset, LAB_NETWORKS, type LabExample } from "../support/labExample";
import { realProblem } from "../support/realProblem";
import { routeThrough } from "../support/throughHost";

const problem = realProblem() ?? clientToolProblem();
if (problem !== undefined) console.warn(`skipped: the knockd system: ${problem}`);

const CLOSED = "closed reset";
const OPEN = "open syn-ack";
const LISTS = { exceptNetworks: LAB_NETWORKS };
/** Of the host on the LAN that the original admits without knocking. */
const LAN_ADDRESS = "192.168.1.10";

describe.skipIf(problem !== undefined)("the server that ran knockd", () => {
  let example: LabExample;
  let lab: Lab;
  let host: LabHost;
  let knocker: LabClient;
  let stranger: LabClient;
  let neighbour: LabClient;

  beforeAll(async () => {
    example = await createLabExample("knockd-2016", {
      sshSequence: "4438,1813,8235",
      lists: LISTS,
      prepare: joinLan,
    });
    ({ lab, host } = example);
    [knocker, stranger, neighbour] = await Promise.all([
      lab.addClient("knocker"),
      lab.addClient("stranger"),
      lab.addClient("neighbour", { address4: "192.168.1.20" }),
    ]);
  });
  afterAll(async () => example?.lab.dispose());

  test("is the golden policy, with the lab's network", async () => {
    expect(await host.readFile("/etc/portknock/ruleset.nft")).toBe(
      await goldenRuleset(lab, "knockd-2016", LISTS),
    );
  });

  test("rejects strangers on every port, TCP or UDP, and answers them no ping", async () => {
    expect(await scan(stranger, host.address4, "22,80,4438")).toEqual([CLOSED, CLOSED, CLOSED]);
    expect(await scan(stranger, host.address4, "53", ["-sU"])).toEqual(["closed port-unreach"]);
    expect(await countPongs(stranger, host.address4, 3)).toBe(0);
  });

  test("lets the LAN in to SSH and answers its pings without a knock, and rejects the rest", async () => {
    expect(await scan(neighbour, LAN_ADDRESS, "22,80")).toEqual([OPEN, CLOSED]);
    expect(await countPongs(neighbour, LAN_ADDRESS, 20)).toBe(20);
  });

  test("leaves loopback alone", async () => {
    const { stdout } = await host.run("bash -c 'head -c 4 </dev/tcp/127.0.0.1/22'");
    expect(stdout).toBe("SSH-");
  });

  test("takes no packet for a loopback address from elsewhere", async () => {
    const before = await seenOnWay(host, "- 1");
    const behind = await seenOnWay(host, "+ 1");
    const target = ["--dest-mac", await hardwareAddress(host), "-e", "eth0", "127.0.0.1"];
    await stranger.run(["nping", "--send-eth", "--tcp", "-p", "22", "-c", "2", "--rate", "50", ...target]);
    expect([await before(), await behind()]).toEqual([2, 0]);
  });

  test("opens SSH to knockd's own client, and to nobody else", async () => {
    await knockOn(knocker, host.address4, "4438 1813 8235");
    expect(await scan(knocker, host.address4, "22,80")).toEqual([OPEN, CLOSED]);
    expect(await scan(stranger, host.address4, "22")).toEqual([CLOSED]);
  });

  test("opens SSH to three curls", async () => {
    const desk = await lab.addClient("desk");
    const curls = [4438, 1813, 8235].map(
      (port) => `curl --max-time 1 http://${host.address4}:${port} & sleep 0.2`,
    );
    await desk.run(["sh", "-c", `${curls.join("; ")}; wait`]);
    expect(await scan(desk, host.address4, "22")).toEqual([OPEN]);
  });

  test("keeps sessions in progress when the opened door is shut for the night", async () => {
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
    await host.run("nft flush set inet portknock pk_admitted4");
    expect(await scan(knocker, host.address4, "22")).toEqual([CLOSED]);
    await host.run("touch /run/go-on");
    expect((await session).stdout).toBe("still in\n");
  });

  test("starts over when the next knock takes longer than 5 s", async () => {
    await knockOn(stranger, host.address4, "4438 1813");
    expect(await elementsOf(host, "pk_stage4")).toEqual([
      expect.stringMatching(/^10\.77\.0\.102 expires [1-5]s\S* : /),
    ]);
    await waitUntil(
      async () => (await elementsOf(host, "pk_stage4")).length === 0,
      8,
      () => "forgotten",
    );
    await knockOn(stranger, host.address4, "8235");
    expect(await scan(stranger, host.address4, "22")).toEqual([CLOSED]);
  });

  test("keeps a table of rejected attempts by port and protocol", async () => {
    await host.run("nft flush set inet portknock pk_refused");
    await scan(stranger, host.address4, "22,80,443");
    await scan(stranger, host.address4, "22,80");
    await scan(stranger, host.address4, "22");
    await scan(stranger, host.address4, "1000", ["-sU"]);
    const counted = (await elementsOf(host, "pk_refused")).map((element) =>
      element.replace(/ counter packets (\d+) .*/, ": $1"),
    );
    // 6 is TCP and 17 UDP: a small Debian has no /etc/protocols for nft to read.
    expect(counted).toEqual(["17 . 1000: 1", "6 . 22: 3", "6 . 443: 1", "6 . 80: 2"]);
  });

  test("rejects what it is asked to forward", async () => {
    const behind = await routeThrough(host, stranger, knocker);
    expect(await scan(stranger, behind, "22")).toEqual(["filtered admin-prohibited"]);
  });

  test("stands again after a reboot", async () => {
    await host.reboot();
    expect(await scan(stranger, host.address4, "22")).toEqual([CLOSED]);
    await knockOn(stranger, host.address4, "4438 1813 8235");
    expect(await scan(stranger, host.address4, "22")).toEqual([OPEN]);
  });

  test("has nothing to change afterwards", async () => {
    await joinLan(lab, host);
    const { exitCode, stdout } = await example.stack.previewNoChanges();
    expect([exitCode, changes(stdout)]).toEqual([0, ["6 unchanged"]]);
  });
});

/** Gives the host and the deployer addresses on the LAN. A reboot forgets the host's. */
async function joinLan(lab: Lab, host: LabHost): Promise<{ readonly address: string }> {
  await host.run(`ip addr replace ${LAN_ADDRESS}/16 dev eth0`);
  await lab.operator.run(["ip", "addr", "replace", "192.168.1.2/16", "dev", "br0"]);
  return { address: LAN_ADDRESS };
}

/** Counts, from now on, packets for loopback addresses that come over the wire, before our chain or behind it. */
async function seenOnWay(host: LabHost, offset: "- 1" | "+ 1"): Promise<() => Promise<number>> {
  const table = offset === "- 1" ? "watch_before" : "watch_behind";
  await host.run("nft -f -", {
    input: `table ip ${table} {
      counter seen { }
      chain seen {
        type filter hook prerouting priority mangle ${offset}
        iifname eth0 ip daddr 127.0.0.0/8 counter name seen
      }
    }`,
  });
  return async () => {
    const { stdout } = await host.run(`nft list counter ip ${table} seen; nft delete table ip ${table}`);
    return Number(/packets (\d+)/.exec(stdout)?.[1]);
  };
}

async function hardwareAddress(host: LabHost): Promise<string> {
  return (await host.run("cat /sys/class/net/eth0/address")).stdout.trim();
}
