import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labProblem } from "../../lab";
import { createKnockingLab, type KnockingLab } from "../support/knockingLab";
import { nmap, nmapAnswers } from "../support/packets/nmap";

const hasNmap = spawnSync("nmap", ["--version"]).error === undefined;
const problem = labProblem() ?? (hasNmap ? undefined : "nmap not found; run: apt-get install -y nmap");
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const POLICY = {
  services: {
    door: {
      ports: ["2222", "2222/udp"],
      sequence: "30000,10000,20000",
      knockTimeout: "5m",
      accessWindow: "1h",
    },
  },
};
const GUARDED = 2222;
const CLOSED = 2223;
/** What nmap sends: SYN, ACK, FIN, XMAS, NULL, FIN with ACK, and ACK once more. */
const TCP_SCANS = ["-sS", "-sA", "-sF", "-sX", "-sN", "-sM", "-sW"];
/** All ports; over IPv6, where nmap is some ten times slower, a part of them. */
const SCANNED = { 4: "1-65535", 6: "1-6000,10000,20000,30000" };
const SEEN = { 4: 3 * 60_000, 6: 3 * 5500 };

describe.skipIf(problem !== undefined)("a scan", () => {
  let knocking: KnockingLab;

  beforeAll(async () => {
    knocking = await createKnockingLab(POLICY, ["2222/tcp", "2222/udp"]);
  });
  afterAll(() => knocking?.[Symbol.asyncDispose]());

  describe.each([4, 6] as const)("over IPv%i", (family) => {
    it.each([...TCP_SCANS, "-sU", "-sS --scanflags SYNFIN", "-sU --data-length 30"])(
      "%s gets the same answer from a guarded port as from a closed one",
      async (kind) => {
        const source = knocking.nextSource(family);
        const guarded = await nmapAnswers(knocking.client, source, kind, GUARDED);
        const closed = await nmapAnswers(knocking.client, source, kind, CLOSED);
        expect(guarded).toEqual(closed);
        // The verdict, and the packet that it rests on.
        expect(closed.length).toBe(2);
      },
    );

    it("in random order over every knock, three times, opens nothing, and the right sequence right after it does", async () => {
      const { host } = knocking;
      const source = knocking.nextSource(family);
      const syns = `${family === 4 ? "ip" : "ip6"} saddr ${source.address} tcp flags syn`;
      await host.run("nft -f -", {
        input: `table inet watch${family} {
          counter seen { }
          chain before { type filter hook prerouting priority mangle - 1; ${syns} counter name seen; }
        }`,
      });
      for (let count = 0; count < 3; count += 1) {
        await nmap(knocking.client, source, ["-sS", "-p", SCANNED[family], "--min-rate", "20000"]);
        expect(await source.send("2222,2222/udp")).toEqual(["closed", "closed"]);
      }
      expect(await source.send("30000,10000,20000,2222,2222/udp")).toEqual([
        ...["closed", "closed", "closed"],
        ...["open", "open"],
      ]);
      // At such a pace a few get lost on the way.
      const { stdout } = await host.run(`nft list counter inet watch${family} seen`);
      expect(Number(/packets (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(SEEN[family]);
    });
  });

  it.each([4, 6] as const)(
    "over IPv%i with other flags than SYN neither resets a knocker nor knocks",
    async (family) => {
      const source = knocking.nextSource(family);
      const kinds = TCP_SCANS.filter((kind) => kind !== "-sS");
      await source.send("30000,10000");
      for (const kind of kinds) {
        await nmap(knocking.client, source, [kind, "-p", "1000,20000"]);
      }
      expect(await source.send("2222,20000,2222")).toEqual(["closed", "closed", "open"]);
    },
  );
});
