import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { waitUntil } from "../../lab/waitUntil";
import {
  awaitRollback,
  canConnect,
  guard,
  hostPayload,
  readStatus,
  readStatusLocally,
  runVerb,
  SSH,
  snapshot,
} from "../support/hostPayload";
import { readSecondsLeft } from "../support/hostSets";
import { knockFrom } from "../support/knockFrom";
import { toRawPacket } from "../support/packets/rawPacket";
import { startRawSender } from "../support/packets/startPackets";

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

    test("holds what packets write exactly as long as the policy says", async () => {
      const slow = {
        ports: ["8080"],
        sequence: "43211,57283,50111",
        knockTimeout: "40s",
        accessWindow: "1h",
      };
      const baseline = {
        traps: ["23"],
        blacklistTime: "1d",
        exceptNetworks: ["10.77.0.0/16", "fd77::/32"],
        synsPerSecond: 50,
      };
      const timed = { services: { ssh: { ...SSH, knockTimeout: "2s", accessWindow: "5m" }, slow } };
      await guard(lab, host, hostPayload({ ...timed, policy: { baseline } }), { marker: "m5" });
      const empty = ["stage", "waiting", "admitted", "pace", "blacklist", "trusted", "syns"].flatMap((set) =>
        [4, 6].map(
          (family) => `nft flush ${set === "stage" ? "map" : "set"} inet portknock pk_${set}${family}`,
        ),
      );
      await host.run(empty.join("; "));
      const left = async (set: string): Promise<number> => readSecondsLeft(host, set);
      const [first = "", ...rest] = SSH.sequence.split(",");
      await knockFrom(laptop, host.address4, first);
      const least = (seconds: number) => seconds - 5;
      for (const [set, seconds] of [
        ["pk_waiting4", 2],
        ["pk_stage4", 40],
        ["pk_pace4", 10],
        ["pk_syns4", 10],
      ] as const) {
        expect(await left(set), set).toBeGreaterThan(least(seconds));
        expect(await left(set), set).toBeLessThanOrEqual(seconds);
      }
      await waitUntil(
        async () => (await left("pk_waiting4")) === 0,
        5,
        () => "the knock timeout has not passed",
      );
      await knockFrom(laptop, host.address4, rest.join(","));
      expect(await canConnect(laptop, host.address4, 22)).toBe(false);
      await knockFrom(laptop, host.address4, SSH.sequence);
      expect(await canConnect(laptop, host.address4, 22)).toBe(true);
      await canConnect(laptop, host.address6, 23);
      for (const [set, seconds] of [
        ["pk_admitted4", 300],
        ["pk_trusted4", 3600],
        ["pk_blacklist6", 86_400],
      ] as const) {
        expect(await left(set), set).toBeGreaterThan(least(seconds));
        expect(await left(set), set).toBeLessThanOrEqual(seconds);
      }
    });

    test("is refused rules whose timeouts nft drops on their way to the kernel", async () => {
      const before = (await host.run("nft -s list table inet portknock")).stdout;
      const dropped = hostPayload({
        edit: (text) =>
          text.replace("{ ip saddr : meta priority }", "{ ip saddr timeout 5s : meta priority }"),
      });
      const { exitCode, stderr } = await runVerb(lab, host, "apply", dropped, { marker: "m6" });
      if (release !== "bullseye") {
        expect([exitCode, stderr]).toEqual([0, ""]);
        expect((await runVerb(lab, host, "confirm", dropped, { marker: "m6" })).exitCode).toBe(0);
        return;
      }
      expect([exitCode, stderr]).toEqual([
        1,
        "portknock: web-1: nft 0.9.8 loses timeouts on their way to the kernel (pk_advance_5s, advance: wait for the " +
          "next knock, IPv4); upgrade the package nftables; nothing was changed, the old rules stand\n",
      ]);
      expect((await host.run("nft -s list table inet portknock")).stdout).toBe(before);
    });

    // The kernel is the same for all of them: one is enough where nft says what was asked for.
    test.runIf(release === "bullseye")(
      "lets a newcomer in again when the knock timeout of as many others as there is room for has passed",
      async () => {
        const knockTimeout = "5s";
        const guarding = hostPayload({
          services: { ssh: { ...SSH, knockTimeout } },
          edit: (text) => text.replaceAll("size 65536", "size 2000"),
        });
        await guard(lab, host, guarding, { marker: "m7" });
        await host.run(
          `nft flush set inet portknock pk_admitted4; ip route add 10.128.0.0/9 via ${laptop.address4}`,
        );
        const sender = await startRawSender(lab, laptop);
        const [first = ""] = SSH.sequence.split(",");
        const others = Array.from({ length: 3000 }, (_, index) => ({
          ...toRawPacket(`${first}/tcp`),
          from: `10.128.${index >>> 8}.${index & 255}`,
          to: host.address4,
        }));
        await sender.send(others, 0);
        const newcomer = async () => {
          await knockFrom(laptop, host.address4, SSH.sequence);
          return canConnect(laptop, host.address4, 22);
        };
        expect(await newcomer()).toBe(false);
        await waitUntil(newcomer, 9, () => "the newcomer is not let in");
        await host.run(`ip route del 10.128.0.0/9 via ${laptop.address4}`);
      },
    );

    test("rolls back what nobody confirmed, also when the first rollback is killed", async () => {
      const { token } = await readStatus(lab, host);
      const next = hostPayload({ allow: ["10.77.0.1", "10.77.0.3"], rollbackTimeout: "5s" });
      const { stdout } = await runVerb(lab, host, "apply", next, { marker: "m8" });
      const unit = `portknock-rollback-${/^attempt (\S+)$/m.exec(stdout)?.[1]}`;
      expect((await host.run(`systemctl is-active ${unit}.timer`)).stdout).toBe("active\n");
      const holdsLock = "systemd-run --quiet --unit=lock-holder flock /etc/systemd/system sleep infinity";
      await host.run(`${holdsLock} && until ! flock -n /etc/systemd/system true; do sleep 0.05; done`);
      const says = async (property: string) =>
        (await host.run(`systemctl show --value -p ${property} ${unit}.service`)).stdout.trim();
      await waitUntil(
        async () => (await says("ActiveState")) === "active",
        20,
        () => "the rollback does not begin",
      );
      await host.run(`systemctl kill --signal=KILL ${unit}.service`);
      await waitUntil(
        async () => (await says("NRestarts")) === "1" && (await says("ActiveState")) === "active",
        20,
        () => "the rollback does not begin again",
      );
      expect((await readStatus(lab, host)).marker).toBe("m8");
      await host.run("systemctl stop lock-holder.service");
      await awaitRollback(host);
      const after = await readStatus(lab, host);
      expect([after.state, after.findings, after.token]).toEqual(["guarded", [], token]);
    });

    test("is as before once the rules are removed", async () => {
      await runVerb(lab, host, "remove", hostPayload());
      expect(await snapshot(host)).toBe(untouched);
    });
  });
});
