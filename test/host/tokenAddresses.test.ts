import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { slotAt } from "../../components/tokens/token";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { waitUntil } from "../../lab/waitUntil";
import {
  answerOf,
  awaitRollback,
  guard,
  hostPayload,
  readStatus,
  runVerb,
  WEB,
} from "../support/hostPayload";
import {
  addressesAt,
  beginNextSlot,
  fillTokens,
  routeTo,
  setClockBack,
  TOKEN_NETWORK,
  TOKEN_SECRET,
  withNetwork,
} from "../support/tokenHost";

const ROOT = join(import.meta.dirname, "../..");

const services = { ssh: { ports: ["22"], accessWindow: "5m" }, web: WEB };
const ALICE = { services: ["ssh"], token: TOKEN_SECRET };
const rules = (others: object = withNetwork(), rollbackTimeout = "60s") =>
  hostPayload({ services, rollbackTimeout, policy: { knockers: { alice: ALICE }, ...others } });

const OTHER_NETWORK = "2001:db8:1:3::/64";
const ROUTES = "ip -6 route show table local type local exact";

describe.each([
  { release: "bullseye", nft: "0.9.8" },
  { release: "bookworm", nft: "1.0.6" },
  { release: "trixie", nft: "1.1.3" },
])("the addresses of a host with Debian $release and nft $nft", ({ release }) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  describe.skipIf(problem)("open", () => {
    let lab: Lab;
    let host: LabHost;
    let laptop: LabClient;
    let phone: LabClient;
    /** Every address that was ever connected to. */
    const seen = new Set<string>();

    beforeAll(async () => {
      lab = await createLab();
      [host, laptop, phone] = await Promise.all([
        lab.addHost("web-1", { base: release }),
        lab.addClient("laptop"),
        lab.addClient("phone"),
      ]);
      await Promise.all([routeTo(host, laptop), routeTo(host, phone)]);
    });
    afterAll(async () => lab?.dispose());

    beforeEach(() => guard(lab, host, rules()));

    const slotNow = async (): Promise<number> => slotAt(Number((await host.run("date +%s")).stdout));
    /** An address that nobody has used, of the slot that it is. */
    const unused = async (network?: string): Promise<string> => {
      const address = addressesAt(host, await slotNow(), network).find((each) => !seen.has(each));
      if (address === undefined) throw new Error("bug: every address of the slot was used");
      return address;
    };
    const connect = (from: LabClient, address: string): Promise<string> => {
      seen.add(address);
      return answerOf(from, address);
    };
    const forget = async (): Promise<void> => {
      for (const set of ["admitted6", "windows6"]) {
        await host.run(`nft flush set inet portknock pk_${set}`, { check: false });
      }
    };
    /** What becomes of all that was overheard, from elsewhere. */
    const replayed = async (): Promise<readonly string[]> => {
      await forget();
      const answers = await Promise.all([...seen].map((address) => answerOf(phone, address)));
      return [...new Set(answers)];
    };
    const admitted = async (): Promise<readonly string[]> =>
      (await readStatus(lab, host)).admitted.map((line) => line.replace(/ \d+$/, ""));
    const fill = () => fillTokens(host);
    const routes = async (network = TOKEN_NETWORK): Promise<string> =>
      (await host.run(`${ROUTES} ${network}`)).stdout;

    it("to ssh and nothing else on the client, as the help of portknock address says", async () => {
      const secretFile = join(lab.folder, "alice.token");
      writeFileSync(secretFile, `${TOKEN_SECRET}\n`, { mode: 0o600 });
      const portknock = `node --import tsx ${join(ROOT, "cli/main.ts")}`;
      const address = `$(${portknock} address web-1 --as alice --network ${TOKEN_NETWORK} --secret-file ${secretFile})`;
      const known = `-F /dev/null -i ${lab.privateKeyPath} -o UserKnownHostsFile=${join(lab.folder, "known_hosts")}`;
      const line = `a=${address}; echo $a; ssh ${known} -o BatchMode=yes -o HostKeyAlias=web-1 root@$a hostname`;
      const { stdout } = await laptop.run(["bash", "-c", line], { cwd: ROOT });
      const [used = "", name] = stdout.split("\n");
      seen.add(used);
      expect([addressesAt(host, await slotNow()).includes(used), name]).toEqual([true, "web-1"]);
      expect(await replayed()).toEqual(["refused"]);
    });

    it("once, to who connects first, and that connection goes on", async () => {
      const address = await unused();
      seen.add(address);
      const session = await laptop.spawn(["bash", "-c", `exec 3<>/dev/tcp/${address}/22; sleep 60`]);
      await waitUntil(
        async () => (await admitted()).length > 0,
        5,
        () => "admitted",
      );
      expect(await admitted()).toEqual([`ssh ${laptop.address6}`]);
      // Who is admitted comes in at every address of the host, and a used one is as any other.
      expect([await answerOf(laptop, host.address6), await answerOf(laptop, address)]).toEqual([
        "open",
        "open",
      ]);
      expect(await answerOf(phone, address)).toBe("refused");
      expect(await replayed()).toEqual(["refused"]);
      expect((await host.run(`ss -Htn state established | grep -c '${address}'`)).stdout).toBe("1\n");
      await session.stop();
      const { findings, lines } = await readStatus(lab, host, TOKEN_NETWORK);
      expect([findings, lines("entries"), lines("warning")]).toEqual([
        [],
        ["alice ssh 3"],
        [
          `this host has no IPv6 route to elsewhere: whoever is not on one of its links cannot use an address of ${TOKEN_NETWORK}`,
        ],
      ]);
    });

    it("nothing where they are none, and answer as the host does elsewhere", async () => {
      await forget();
      const wrong = (await unused()).replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
      const [early = ""] = addressesAt(host, (await slotNow()) + 3);
      for (const port of [22, 8080, 80, 81]) {
        const usual = await answerOf(phone, host.address6, port);
        expect([port, await answerOf(phone, wrong, port)]).toEqual([port, usual]);
      }
      expect([await connect(phone, early), await connect(phone, early), await admitted()]).toEqual([
        "refused",
        "refused",
        [],
      ]);
    });

    it("not again after an update, a rollback, a refill, a reload of nftables.service or other rules", async () => {
      await forget();
      expect(await connect(laptop, await unused())).toBe("open");
      await guard(lab, host, rules({ ...withNetwork(), allow: ["10.77.0.1", "192.0.2.1"] }));
      expect(await replayed()).toEqual(["refused"]);
      await runVerb(lab, host, "apply", rules({ ...withNetwork(), openPorts: ["81"] }, "5s"));
      expect(await replayed()).toEqual(["refused"]);
      expect(await connect(laptop, await unused())).toBe("open");
      await awaitRollback(host);
      expect(await replayed()).toEqual(["refused"]);
      await fill();
      expect(await replayed()).toEqual(["refused"]);
      expect(await connect(laptop, await unused())).toBe("open");
      await host.run("systemctl restart nftables.service");
      await fill();
      expect(await replayed()).toEqual(["refused"]);
      await guard(lab, host, rules({}));
      await guard(lab, host, rules());
      expect(await replayed()).toEqual(["refused"]);
      await guard(lab, host, hostPayload());
      await guard(lab, host, rules());
      expect(await replayed()).toEqual(["refused"]);
    });

    it("not again after a removal, a power cut, a reboot, and a clock that was set back", async () => {
      const first = addressesAt(host, await beginNextSlot(host))[0] ?? "";
      expect(await replayed()).toEqual(["refused"]);
      expect(await connect(laptop, first)).toBe("open");
      await runVerb(lab, host, "remove", rules());
      await guard(lab, host, rules());
      expect(await replayed()).toEqual(["refused"]);
      for (const back of [0, 7200]) {
        await host.powerCut();
        await host.boot();
        await setClockBack(host, back);
        await fill();
        expect(await routes()).toContain(`local ${TOKEN_NETWORK} dev lo`);
        expect(await replayed()).toEqual(["refused"]);
      }
    });

    it("at once where packets had tokens before, in another network, and no more in the former one", async () => {
      await guard(lab, host, rules({}));
      await guard(lab, host, rules(withNetwork(OTHER_NETWORK)));
      await routeTo(host, laptop, OTHER_NETWORK);
      expect([await routes(), await routes(OTHER_NETWORK)]).toEqual([
        "",
        expect.stringContaining(OTHER_NETWORK),
      ]);
      expect(await connect(laptop, await unused(OTHER_NETWORK))).toBe("open");
      await forget();
      expect(await connect(laptop, await unused())).toBe("silent");
    });
  });
});
