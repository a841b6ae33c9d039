import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceId } from "../../components/policy/serviceId";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { canConnect, guard, hostPayload, readStatusLocally, SSH } from "../support/hostPayload";
import { knockFrom } from "../support/knockFrom";

const VERBS = ["start", "reload", "restart", "reload-or-restart", "stop"] as const;
const SETS = ["pk_admitted4", "pk_admitted6", "pk_trusted4", "pk_blacklist4"] as const;
const UNITS = "portknock-before-reload.service portknock-before-stop.service";

const policy = { baseline: { exceptNetworks: ["10.77.0.0/16", "fd77::/32"] } };
const payload = hostPayload({ services: { ssh: SSH }, policy });

/** A knocker with two addresses, and somebody on the blacklist. */
const KEPT = ["10.77.0.99 ssh", "fd77::99 ssh", "10.77.0.99", "10.77.0.98"];

async function grant(host: LabHost): Promise<void> {
  const element = (set: string, key: string, timeout: string, left: string): string =>
    `nft add element inet portknock ${set} '{ ${key} timeout ${timeout} expires ${left} }'`;
  const id = serviceId("ssh");
  const commands = [
    ...SETS.map((set) => `nft flush set inet portknock ${set}`),
    element("pk_admitted4", `10.77.0.99 . ${id}`, "5m", "200s"),
    element("pk_admitted6", `fd77::99 . ${id}`, "5m", "100s"),
    element("pk_trusted4", "10.77.0.99", "1d", "300s"),
    element("pk_blacklist4", "10.77.0.98", "1d", "400s"),
  ];
  await host.run(commands.join(" && "));
}

/** Who stands in the sets, and until which second of the machine's uptime. */
async function granted(host: LabHost): Promise<ReadonlyMap<string, number>> {
  const lists = SETS.map((set) => `nft list set inet portknock ${set}`).join("; ");
  const { stdout } = await host.run(`cut -d ' ' -f 1 /proc/uptime; ${lists}`);
  const [uptime = ""] = stdout.split("\n");
  const elements = stdout.matchAll(/(\S+)( \. \S+)? timeout \S+ expires (?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?/g);
  return new Map(
    [...elements].map(([, address, service, minutes = "0", seconds = "0", rest = "0"]) => [
      `${address}${service === undefined ? "" : " ssh"}`,
      Number(uptime) + 60 * Number(minutes) + Number(seconds) + Number(rest) / 1000,
    ]),
  );
}

describe.each(["bullseye", "bookworm", "trixie"])("nftables.service of Debian %s", (release) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  test.skipIf(problem)(
    "takes nothing from who was admitted, trusted or blacklisted, whatever it does, and gives nobody longer",
    async () => {
      await using lab = await createLab();
      const host = await lab.addHost("web-1", { base: release });
      await guard(lab, host, payload);
      await grant(host);
      const before = await granted(host);
      expect([...before.keys()]).toEqual(KEPT);
      for (const verb of VERBS) {
        // Whoever waits for systemctl finds all of it in place: there is nothing to wait for.
        await host.run(`systemctl ${verb} nftables.service`);
        const after = await granted(host);
        expect([verb, ...after.keys()]).toEqual([verb, ...KEPT]);
        for (const [who, end] of after) {
          // The sets are listed a moment after the clock is read.
          expect(Math.abs(end - (before.get(who) ?? 0))).toBeLessThan(1);
        }
      }
      expect((await host.run("ls /run/portknock*", { check: false })).stdout).toBe("");
      expect((await readStatusLocally(host)).findings).toEqual([]);
    },
  );
});

describe.skipIf(labProblem() !== undefined)("a flush by nftables.service", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
    await guard(lab, host, payload);
    await host.run("systemctl enable --quiet --now nftables.service");
  });
  afterAll(async () => lab?.dispose());

  test("is not noticed by a knocker, on the connection that he has and on new ones", async () => {
    await knockFrom(laptop, host.address4, SSH.sequence);
    const flushes = VERBS.map((verb) => `systemctl ${verb} nftables.service`).join(" && ");
    const { stdout } = await lab.ssh(host, `${flushes} && echo still here`, { from: laptop });
    expect(stdout).toBe("still here\n");
    expect(await canConnect(laptop, host.address4, 22)).toBe(true);
  });

  test("brings nothing back that a reboot has forgotten", async () => {
    await grant(host);
    await host.reboot();
    expect([...(await granted(host)).keys()]).toEqual([]);
    expect((await readStatusLocally(host)).findings).toEqual([]);
    await grant(host);
    await host.run("systemctl restart nftables.service");
    expect([...(await granted(host)).keys()]).toEqual(KEPT);
  });

  test("stretches no window, however late the rules come back", async () => {
    await grant(host);
    await host.run("sh /var/lib/portknock/host.sh note");
    expect((await host.run("stat -c '%a %U' /run/portknock-noted")).stdout).toBe("600 root\n");
    const earlier = "awk 'NR == 1 { $1 -= 250 } { print }' /run/portknock-noted";
    await host.run(`${earlier} >/run/earlier && mv /run/earlier /run/portknock-noted
      nft flush ruleset && nft -f /etc/portknock/ruleset.nft && sh /var/lib/portknock/host.sh put-back`);
    const { stdout } = await host.run("cut -d ' ' -f 1 /proc/uptime");
    const after = await granted(host);
    expect([...after.keys()]).toEqual(["10.77.0.99", "10.77.0.98"]);
    expect((after.get("10.77.0.99") ?? 0) - Number(stdout)).toBeLessThan(51);
  });

  test("opens nothing from a note that an earlier one left behind, once the rules are others", async () => {
    await grant(host);
    await host.run("sh /var/lib/portknock/host.sh note; mv /run/portknock-noted /run/left-behind");
    const rotated = { ...SSH, sequence: "57283,43211/udp,61937" };
    await guard(lab, host, hostPayload({ services: { ssh: rotated }, policy }));
    await host.run(`systemctl stop ${UNITS}; mv /run/left-behind /run/portknock-noted
      systemctl reload nftables.service`);
    expect((await host.run("nft list tables")).stdout).toContain("table inet portknock\n");
    expect([...(await granted(host)).keys()]).toEqual([]);
    await guard(lab, host, payload);
  });

  test("is prepared for: units of ours that do not run are found, and the next apply starts them", async () => {
    await host.run(`systemctl stop ${UNITS}`);
    const lost = ["our units beside nftables.service are not active"];
    expect((await readStatusLocally(host)).findings).toEqual(lost);
    await guard(lab, host, payload);
    expect((await readStatusLocally(host)).findings).toEqual([]);
    await host.run("echo '# mine' >>/etc/systemd/system/portknock-before-stop.service");
    expect((await readStatusLocally(host)).findings).toEqual([
      "our units beside nftables.service are missing or were changed",
    ]);
  });
});
