import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import {
  awaitRollback,
  canConnect,
  guard,
  type HostPayload,
  hostPayload,
  readStatusLocally,
  runVerb,
  SSH,
  WEB,
} from "../support/hostPayload";
import { knockFrom } from "../support/knockFrom";
import { startListener, startSender } from "../support/packets/startPackets";

const EXCEPT = ["10.77.0.0/16", "fd77::/32"];
const TRAP = 23;

const baseline = (fields: object = {}, others: object = {}): HostPayload =>
  hostPayload({ policy: { baseline: { traps: [`${TRAP}`], exceptNetworks: EXCEPT, ...fields }, ...others } });

describe.skipIf(labProblem() !== undefined)("the blacklist and trust", () => {
  let lab: Lab;
  let host: LabHost;
  let laptop: LabClient;
  let scanner: LabClient;
  const base = baseline();
  const guardOnly = hostPayload();

  beforeAll(async () => {
    lab = await createLab();
    [host, laptop, scanner] = await Promise.all([
      lab.addHost("web-1"),
      lab.addClient("laptop"),
      lab.addClient("scanner"),
    ]);
    await startListener(host, ["80/tcp"]);
  });
  afterAll(() => lab?.dispose());

  describe("over an update", () => {
    beforeEach(async () => {
      await guard(lab, host, base);
      for (const set of ["pk_blacklist4", "pk_blacklist6", "pk_trusted4", "pk_trusted6", "pk_admitted4"]) {
        await host.run(`nft flush set inet portknock ${set}`);
      }
      await canConnect(scanner, host.address4, TRAP);
      await canConnect(scanner, host.address6, TRAP);
      expect((await readStatusLocally(host)).lines("blacklisted")).toEqual(["2"]);
    });

    it("hold on, with the time that was left", async () => {
      await host.run(
        `nft add element inet portknock pk_blacklist4 '{ 10.77.0.99 timeout 1h expires 20m }'
         nft add element inet portknock pk_trusted6 '{ fd77::99 timeout 10m expires 5m }'`,
      );
      await guard(lab, host, baseline({ blacklistTime: "2h" }));
      expect(await secondsLeft(host, "pk_blacklist4")).toEqual({
        [scanner.address4]: about(3600),
        "10.77.0.99": about(1200),
      });
      expect(await secondsLeft(host, "pk_blacklist6")).toEqual({ [scanner.address6]: about(3600) });
      expect(await secondsLeft(host, "pk_trusted6")).toEqual({ "fd77::99": about(300) });
      expect(await canConnect(scanner, host.address4, 80)).toBe(false);
      expect(await secondsLeft(host, "pk_blacklist4")).toMatchObject({ [scanner.address4]: about(7200) });
      expect((await readStatusLocally(host)).findings).toEqual([]);
    });

    it("are cut to what the new rules grant", async () => {
      await host.run("nft add element inet portknock pk_blacklist4 '{ 10.77.0.99 }'");
      await host.run("nft add element inet portknock pk_trusted4 '{ 10.77.0.98 timeout 10m }'");
      const shorter = hostPayload({
        services: { ssh: { ...SSH, accessWindow: "2m" } },
        policy: { baseline: { blacklistTime: "10m", exceptNetworks: EXCEPT } },
      });
      await guard(lab, host, shorter);
      expect(await secondsLeft(host, "pk_blacklist4")).toEqual({
        [scanner.address4]: about(600),
        "10.77.0.99": about(600),
      });
      expect(await secondsLeft(host, "pk_trusted4")).toEqual({ "10.77.0.98": about(120) });
    });

    it("are gone under rules that have neither, and do not come back with those that do", async () => {
      await guard(lab, host, guardOnly);
      expect((await readStatusLocally(host)).lines("blacklisted")).toEqual([]);
      expect(await canConnect(scanner, host.address4, 80)).toBe(true);
      await guard(lab, host, base);
      expect(await secondsLeft(host, "pk_blacklist4")).toEqual({});
    });

    it("hold on through a rollback, with whoever came meanwhile", async () => {
      const candidate = baseline({ blacklistTime: "2h" }, { rollbackTimeout: "5s" });
      await runVerb(lab, host, "apply", candidate, { marker: "m2" });
      await canConnect(laptop, host.address4, TRAP);
      await awaitRollback(host);
      expect(await secondsLeft(host, "pk_blacklist4")).toEqual({
        [scanner.address4]: about(3600),
        [laptop.address4]: about(3600),
      });
    });
  });

  it("trust whom a window lets in, when it comes from rules without trust", async () => {
    await guard(lab, host, hostPayload({ services: { ssh: SSH } }));
    await knockFrom(laptop, host.address4, SSH.sequence);
    await guard(
      lab,
      host,
      hostPayload({
        services: { ssh: SSH, web: WEB },
        policy: { baseline: { traps: ["23"], exceptNetworks: EXCEPT } },
      }),
    );
    expect(await secondsLeft(host, "pk_trusted4")).toEqual(
      expect.objectContaining({ [laptop.address4]: about(300) }),
    );
    await canConnect(laptop, host.address4, TRAP);
    expect(await secondsLeft(host, "pk_blacklist4")).toEqual({});
    expect(await canConnect(laptop, host.address4, 22)).toBe(true);
  });
});

describe.skipIf(labProblem() !== undefined).each([
  { identity: { ipv4Prefix: 32, ipv6Prefix: 128 }, sources: ["10.77.0.101", "fd77::101"] },
  { identity: { ipv4Prefix: 20, ipv6Prefix: 64 }, sources: ["10.77.0.0", "fd77::"] },
])("the first apply, where sources are $sources", ({ identity, sources }) => {
  it("trusts who is connected, so that no packet of an older connection is an attack; later ones do not", async () => {
    await using lab = await createLab();
    const [host, laptop] = await Promise.all([lab.addHost("web-1"), lab.addClient("laptop")]);
    await startListener(host, ["80/tcp"]);
    const sender = await startSender(lab, laptop);
    const talk = { kind: "talk", port: 80 } as const;
    const talks = [
      { ...talk, from: laptop.address4, to: host.address4 },
      { ...talk, from: laptop.address6, to: host.address6 },
    ];
    const answers = async () => (await sender.run(talks)).map(({ answer }) => answer);
    expect(await answers()).toEqual(["open", "open"]);
    await guard(lab, host, baseline({}, { identity }));
    const [source4 = "", source6 = ""] = sources;
    expect(await secondsLeft(host, "pk_trusted4")).toMatchObject({ [source4]: about(86_400) });
    expect(await secondsLeft(host, "pk_trusted6")).toMatchObject({ [source6]: about(86_400) });
    expect(await answers()).toEqual(["open", "open"]);
    expect((await readStatusLocally(host)).lines("blacklisted")).toEqual(["0"]);
    await host.run("nft flush set inet portknock pk_trusted4; nft flush set inet portknock pk_trusted6");
    await guard(lab, host, baseline({}, { identity, openPorts: ["80", "443"] }));
    expect(await secondsLeft(host, "pk_trusted4")).toEqual({});
    expect(await secondsLeft(host, "pk_trusted6")).toEqual({});
  });
});

/** Address → seconds left, of one of our sets. */
async function secondsLeft(host: LabHost, set: string): Promise<Readonly<Record<string, number>>> {
  const { stdout } = await host.run(`nft list set inet portknock ${set}`);
  const found = stdout.matchAll(
    /([0-9a-f.:]+) timeout \S+ expires (?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?/g,
  );
  return Object.fromEntries(
    [...found].map(([, address = "", d = 0, h = 0, m = 0, s = 0]) => [
      address,
      86_400 * Number(d) + 3600 * Number(h) + 60 * Number(m) + Number(s),
    ]),
  );
}

/** So many seconds, or as much less as a test takes. */
function about(seconds: number): unknown {
  return expect.toSatisfy((value: number) => value <= seconds && value > seconds - 60);
}
