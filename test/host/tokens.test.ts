import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import {
  awaitRollback,
  canConnect,
  guard,
  hostPayload,
  readStatus,
  runVerb,
  WEB,
} from "../support/hostPayload";
import {
  beginNextSlot,
  fillTokens,
  sendTokens,
  setClock,
  setClockBack,
  TOKEN_SECRET,
  type TokenMaker,
  tokensOf,
} from "../support/tokenHost";

const services = { ssh: { ports: ["22"], accessWindow: "5m" }, web: WEB };
const BOB = { services: ["ssh"], token: "b0".repeat(32) };
const ALICE = { services: ["ssh", "web"], token: TOKEN_SECRET };
const rules = (knockers: object = { alice: ALICE, bob: BOB }, others: object = {}) =>
  hostPayload({ services, policy: { knockers, ...others } });

/** Each of them as often as makes ten thousand in all situations together. */
const TIMES = 80;

/** As nft prints a token: 0.9.8 in decimal digits. */
function kernelKey(token: string, release: string): string {
  const number = BigInt(`0x${token}`);
  return release === "bullseye" ? `${number}` : `0x${number.toString(16)}`;
}

describe.each([
  { release: "bullseye", nft: "0.9.8" },
  { release: "trixie", nft: "1.1.3" },
])("the tokens of a host with Debian $release and nft $nft", ({ release }) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  describe.skipIf(problem)("open", () => {
    let lab: Lab;
    let host: LabHost;
    let laptop: LabClient;
    let phone: LabClient;
    let alice: TokenMaker;
    /** Everything that was ever sent. */
    let seen: readonly string[] = [];

    beforeAll(async () => {
      lab = await createLab();
      [host, laptop, phone] = await Promise.all([
        lab.addHost("web-1", { base: release }),
        lab.addClient("laptop"),
        lab.addClient("phone"),
      ]);
      alice = tokensOf(host);
    });
    afterAll(async () => lab?.dispose());

    beforeEach(() => guard(lab, host, rules()));

    const send = async (from: LabClient, ...tokens: readonly string[]): Promise<void> => {
      seen = [...seen, ...tokens];
      await sendTokens(from, host.address4, tokens);
    };
    const admitted = async (): Promise<readonly string[]> => (await readStatus(lab, host)).admitted;
    const holds = async (token: string): Promise<boolean> =>
      (await host.run("nft list map inet portknock pk_tokens")).stdout.includes(kernelKey(token, release));
    const forget = async (): Promise<void> => {
      for (const set of ["admitted4", "admitted6", "windows4", "windows6"]) {
        await host.run(`nft flush set inet portknock pk_${set}`, { check: false });
      }
    };
    /** Whom what was overheard lets in, from elsewhere and over both families. */
    const replayed = async (): Promise<readonly string[]> => {
      await forget();
      const again = Array.from({ length: TIMES }, () => seen).flat();
      await sendTokens(phone, host.address4, again);
      await sendTokens(laptop, host.address6, seen);
      return admitted();
    };
    /** A token that nobody has sent, of the slot that it is. */
    const unused = async (): Promise<string> => {
      const token = alice.at(await alice.slot()).find((each) => !seen.includes(each));
      if (token === undefined) throw new Error("bug: every token of the slot was sent");
      return token;
    };
    /** As the timer does; where that has begun already, what is started is that, with the time that it was then. */
    const fill = () => fillTokens(host);
    const getsIn = (from: LabClient, port = 22): Promise<boolean> => canConnect(from, host.address4, port);

    it("once, what their knocker may open and for who sends them", async () => {
      const wrong = (await unused()).replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
      await sendTokens(laptop, host.address4, [wrong, wrong.slice(2), `${wrong}00`]);
      expect([await getsIn(laptop), await getsIn(phone)]).toEqual([false, false]);
      await send(laptop, await unused());
      expect([await getsIn(laptop), await getsIn(laptop, 8080), await getsIn(phone)]).toEqual([
        true,
        false,
        false,
      ]);
      const { findings, lines } = await readStatus(lab, host);
      expect([findings, lines("entries").toSorted()]).toEqual([[], ["alice ssh 1", "alice web 1"]]);
      expect(await replayed()).toEqual([]);
    });

    it("beside rules in which whatever somebody changed is found, and put right", async () => {
      await host.run("nft add element inet portknock pk_allow4 { 203.0.113.9 }");
      await host.run("nft flush chain inet portknock pk_token");
      expect((await readStatus(lab, host)).findings).toEqual([
        'chain pk_token: the rule "token: its slot has not begun" is missing or was changed',
        'chain pk_token: the rule "token: whose" is missing or was changed',
        `chain pk_token: the rule "token: nobody's any more" is missing or was changed`,
        "set pk_allow4 was changed",
      ]);
      await guard(lab, host, rules());
      expect((await readStatus(lab, host)).findings).toEqual([]);
    });

    it("nothing before their slot, and are used up by being seen", async () => {
      await forget();
      const [early = ""] = alice.at((await alice.slot()) + 3);
      expect(await holds(early)).toBe(true);
      await send(laptop, early);
      expect([await admitted(), await holds(early)]).toEqual([[], false]);
    });

    it("nothing when their secret is another one, and nobody else's window closes", async () => {
      await forget();
      await send(laptop, await unused());
      const bob = tokensOf(host, "bob", BOB.token);
      await send(phone, ...bob.at(await bob.slot()).slice(0, 1));
      const old = await unused();
      await guard(lab, host, rules({ alice: { ...ALICE, token: "a1".repeat(32) }, bob: BOB }));
      expect((await admitted()).map((line) => line.replace(/ \d+$/, ""))).toEqual([`ssh ${phone.address4}`]);
      await send(laptop, old);
      expect(await getsIn(laptop)).toBe(false);
      const renewed = tokensOf(host, "alice", "a1".repeat(32));
      await send(laptop, ...renewed.at(await renewed.slot()).slice(0, 1));
      expect(await getsIn(laptop)).toBe(true);
    });

    it("not again after an update, a rollback, a refill, a reload of nftables.service or other rules", async () => {
      await forget();
      await send(laptop, await unused());
      await guard(lab, host, rules({ alice: ALICE, bob: BOB }, { allow: ["10.77.0.1", "192.0.2.1"] }));
      expect(await admitted()).toHaveLength(2);
      expect(await replayed()).toEqual([]);
      await runVerb(lab, host, "apply", rules({ alice: ALICE }, { rollbackTimeout: "5s" }));
      expect(await replayed()).toEqual([]);
      await send(laptop, await unused());
      await awaitRollback(host);
      expect(await replayed()).toEqual([]);
      await fill();
      expect(await replayed()).toEqual([]);
      await send(laptop, await unused());
      expect(await getsIn(laptop)).toBe(true);
      await host.run("systemctl restart nftables.service");
      await fill();
      expect(await replayed()).toEqual([]);
      await guard(lab, host, hostPayload());
      expect(await replayed()).toEqual([]);
      await guard(lab, host, rules());
      expect(await replayed()).toEqual([]);
    });

    it("not again after a removal, a power cut, a reboot, and a clock that was set back", async () => {
      const first = alice.at(await beginNextSlot(host))[0] ?? "";
      expect(await replayed()).toEqual([]);
      await send(laptop, first);
      expect(await getsIn(laptop)).toBe(true);
      await runVerb(lab, host, "remove", rules());
      await guard(lab, host, rules());
      expect(await replayed()).toEqual([]);
      for (const back of [0, 7200]) {
        await host.powerCut();
        await host.boot();
        await setClockBack(host, back);
        await fill();
        expect(await replayed()).toEqual([]);
      }
    });

    it("under the name that their host has now, and no more under the one that it had", async () => {
      const renamed = hostPayload({
        services,
        policy: { knockers: { alice: ALICE } },
        owner: { host: "web-2" },
        adopt: "shop/dev/edge/web-1",
      });
      await guard(lab, host, renamed);
      await forget();
      await send(laptop, await unused());
      expect(await admitted()).toEqual([]);
      const now = await tokensOf({ ...host, name: "web-2" }).slot();
      await send(
        laptop,
        ...tokensOf({ ...host, name: "web-2" })
          .at(now)
          .slice(0, 1),
      );
      expect(await getsIn(laptop)).toBe(true);
      await runVerb(lab, host, "remove", renamed);
    });

    it("again once they were not filled for more than a day", async () => {
      await fill();
      await host.run("systemctl stop portknock-tokens.timer; rm -f /run/portknock-clock");
      await setClock(host, 90_000);
      await fill();
      await guard(lab, host, rules());
    });
  });
});
