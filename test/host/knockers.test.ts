import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { printMoment } from "../../components/policy/moment";
import { createLab, type Lab, type LabClient, type LabHost, labProblem } from "../../lab";
import { baseProblem } from "../../lab/labProblem";
import { waitUntil } from "../../lab/waitUntil";
import {
  awaitRollback,
  canConnect,
  guard,
  hostPayload,
  readStatus,
  runVerb,
  WEB,
} from "../support/hostPayload";
import { knockFrom } from "../support/knockFrom";

type Knocker = Readonly<Record<string, unknown>> & { readonly services: readonly string[] };

const ALICE = { services: ["ssh", "web"], sequence: "61937,52813/udp,47159" } satisfies Knocker;
const BOB = { services: ["ssh"], sequence: "52813/udp,61937,43211" } satisfies Knocker;
const services = { ssh: { ports: ["22"], accessWindow: "5m" }, web: WEB };

const rules = (knockers: Readonly<Record<string, Knocker>>, allow: readonly string[] = []) =>
  hostPayload({ services, allow: ["10.77.0.1", "fd77::1", ...allow], policy: { knockers } });

describe.each([
  { release: "bullseye", nft: "0.9.8" },
  { release: "trixie", nft: "1.1.3" },
])("the knockers of a host with Debian $release and nft $nft", ({ release }) => {
  const problem = labProblem() ?? baseProblem(release);
  if (problem !== undefined) console.warn(`skipped: ${problem}`);

  describe.skipIf(problem)("open", () => {
    let lab: Lab;
    let host: LabHost;
    let laptop: LabClient;
    let phone: LabClient;

    beforeAll(async () => {
      lab = await createLab();
      [host, laptop, phone] = await Promise.all([
        lab.addHost("web-1", { base: release }),
        lab.addClient("laptop"),
        lab.addClient("phone"),
      ]);
    });
    afterAll(async () => lab?.dispose());

    beforeEach(async () => {
      await guard(lab, host, rules({ alice: ALICE, bob: BOB }));
      for (const set of ["admitted", "windows"]) {
        await host.run(`nft flush set inet portknock pk_${set}4; nft flush set inet portknock pk_${set}6`);
      }
    });

    const knock = (from: LabClient, { sequence }: { readonly sequence: string }) =>
      knockFrom(from, host.address4, sequence);
    const getsIn = (from: LabClient, port = 22): Promise<boolean> => canConnect(from, host.address4, port);
    const windows = async (): Promise<readonly string[]> =>
      (await readStatus(lab, host))
        .lines("window")
        .map((line) =>
          line.replace(` ${laptop.address4} `, " laptop ").replace(` ${phone.address4} `, " phone "),
        )
        .map((line) => line.replace(/ \d+$/, ""))
        .toSorted();

    it("what is theirs, and the host says who came in and how often", async () => {
      await knock(laptop, ALICE);
      await knock(phone, BOB);
      expect([await getsIn(laptop), await getsIn(laptop, 8080), await getsIn(laptop)]).toEqual([
        true,
        false,
        true,
      ]);
      expect([await getsIn(phone), await getsIn(phone, 8081)]).toEqual([true, false]);
      const status = await readStatus(lab, host);
      expect([status.findings, status.lines("entries").toSorted()]).toEqual([
        [],
        ["alice ssh 2", "alice web 1", "bob ssh 1"],
      ]);
      expect(await windows()).toEqual(["alice ssh laptop", "alice web laptop", "bob ssh phone"]);
    });

    it("windows that close when their knocker is taken away, and no others", async () => {
      await knock(laptop, ALICE);
      await knock(laptop, BOB);
      await knock(phone, BOB);
      await guard(lab, host, rules({ alice: ALICE }));
      expect([await getsIn(laptop), await getsIn(phone)]).toEqual([true, false]);
      expect(await windows()).toEqual(["alice ssh laptop", "alice web laptop"]);
    });

    it("windows that an added knocker leaves open, and so does the way there from a sequence of the service", async () => {
      await guard(
        lab,
        host,
        hostPayload({ services: { ...services, ssh: { ...services.ssh, sequence: BOB.sequence } } }),
      );
      await knock(phone, BOB);
      await guard(
        lab,
        host,
        hostPayload({
          services: { ...services, ssh: { ...services.ssh, sequence: BOB.sequence } },
          policy: { knockers: { alice: ALICE } },
        }),
      );
      expect(await windows()).toEqual(["- ssh phone"]);
      await knock(laptop, ALICE);
      await guard(lab, host, rules({ alice: ALICE, bob: { ...BOB, sequence: "43211,57283" } }));
      expect([await getsIn(laptop), await getsIn(phone)]).toEqual([true, false]);
    });

    it("windows that close with another sequence of theirs, or without the service", async () => {
      await knock(laptop, ALICE);
      await knock(phone, BOB);
      await guard(lab, host, rules({ alice: { ...ALICE, services: ["web"] }, bob: BOB }));
      expect(await windows()).toEqual(["alice web laptop", "bob ssh phone"]);
      await guard(
        lab,
        host,
        rules({ alice: { ...ALICE, services: ["web"] }, bob: { ...BOB, sequence: "43211,57283" } }),
      );
      expect(await windows()).toEqual(["alice web laptop"]);
      expect([await getsIn(laptop), await getsIn(phone)]).toEqual([false, false]);
    });

    it("windows that are closed for all who opened them, and do not live on in those of others", async () => {
      const closing = "47159,57283";
      const once = { ssh: { ...services.ssh, access: "once" }, web: WEB };
      await guard(lab, host, rules({ alice: ALICE, bob: { ...BOB, closeSequence: closing } }));
      await knock(laptop, ALICE);
      await knock(laptop, { sequence: closing });
      expect([await windows(), await getsIn(laptop)]).toEqual([["alice web laptop"], false]);
      await knock(laptop, BOB);
      await guard(lab, host, rules({ alice: ALICE }));
      expect(await getsIn(laptop)).toBe(false);

      const rulesOnce = (knockers: Readonly<Record<string, Knocker>>) =>
        hostPayload({ services: once, policy: { knockers } });
      await guard(lab, host, rulesOnce({ alice: ALICE, bob: BOB }));
      await knock(laptop, ALICE);
      expect([await getsIn(laptop), await getsIn(laptop)]).toEqual([true, false]);
      await knock(laptop, BOB);
      await guard(lab, host, rulesOnce({ alice: ALICE }));
      expect(await getsIn(laptop)).toBe(false);
    });

    it("windows that come back with the rules before, where the new ones are rolled back", async () => {
      await knock(phone, BOB);
      const closing = hostPayload({
        services,
        policy: { knockers: { alice: ALICE } },
        rollbackTimeout: "5s",
      });
      await runVerb(lab, host, "apply", closing, { marker: "m2" });
      expect(await windows()).toEqual([]);
      await awaitRollback(host);
      expect([await windows(), await getsIn(phone)]).toEqual([["bob ssh phone"], true]);
    });

    it("nothing after their end, which no window of theirs outlasts, also over a reboot", async () => {
      const now = Number((await host.run("date +%s")).stdout);
      const until = now + 15;
      const ending = { ...BOB, until: printMoment(until) };
      await guard(lab, host, rules({ alice: ALICE, bob: ending }));
      await knock(laptop, ALICE);
      await knock(phone, BOB);
      expect(await getsIn(phone)).toBe(true);
      const [, , , left] =
        (await readStatus(lab, host))
          .lines("window")
          .find((line) => line.startsWith("bob "))
          ?.split(" ") ?? [];
      expect(Number(left)).toBeLessThanOrEqual(15);
      await waitUntil(
        async () => Number((await host.run("date +%s")).stdout) >= until,
        30,
        () => "the end",
      );
      await knock(phone, BOB);
      expect([await getsIn(phone), await getsIn(laptop)]).toEqual([false, true]);
      await host.reboot();
      await knock(phone, BOB);
      await knock(laptop, ALICE);
      expect([await getsIn(phone), await getsIn(laptop)]).toEqual([false, true]);
      // nft reads a moment alike wherever the host thinks it is.
      await host.run("TZ=JST-9 nft -f /etc/portknock/ruleset.nft");
      expect((await readStatus(lab, host)).findings).toEqual([]);
    });

    it("windows that are cut short by an end that comes with an update", async () => {
      await knock(phone, BOB);
      await knock(laptop, ALICE);
      const until = Number((await host.run("date +%s")).stdout) + 60;
      await guard(lab, host, rules({ alice: ALICE, bob: { ...BOB, until: printMoment(until) } }));
      const left = new Map(
        (await readStatus(lab, host)).lines("window").map((line) => {
          const [who = "", service = "", , seconds] = line.split(" ");
          return [`${who} ${service}`, Number(seconds)] as const;
        }),
      );
      expect([
        (left.get("bob ssh") ?? 0) <= 60,
        (left.get("bob ssh") ?? 0) > 45,
        (left.get("alice ssh") ?? 0) > 200,
      ]).toEqual([true, true, true]);
    });
  });
});
