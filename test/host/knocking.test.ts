import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labProblem } from "../../lab";
import { createKnockingLab, type KnockingLab, type Source } from "../support/knockingLab";

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const POLICY = {
  services: {
    ssh: { ports: ["22"], sequence: "7000,8000/udp,9000", knockTimeout: "2s", accessWindow: "1h" },
    brief: { ports: ["2222"], sequence: "7000,8000/udp,6000", knockTimeout: "2s", accessWindow: "2s" },
    mosh: { ports: ["60000-60010/udp", "60001"], sequence: "5000/udp,4000/udp,5000", knockTimeout: "2s" },
    door: { ports: ["3333"], sequence: "30000,10000,20000", knockTimeout: "1m", accessWindow: "1h" },
  },
  allow: ["10.77.0.101", "fd77::101"],
  openPorts: ["80", "443/udp"],
};
const LISTENING = ["80/tcp", "443/udp", "2222/tcp", "3333/tcp", "60000/udp", "60010/udp", "60001/tcp"];
const SSH = "7000,8000/udp,9000";
const PAST_TIMEOUT = { kind: "wait", milliseconds: 2500 } as const;

describe.skipIf(problem !== undefined)("knocking", () => {
  let knocking: KnockingLab;
  const nextSource = (family: 4 | 6): Source => knocking.nextSource(family);

  beforeAll(async () => {
    knocking = await createKnockingLab(POLICY, LISTENING);
  });
  afterAll(() => knocking?.[Symbol.asyncDispose]());

  describe.each([4, 6] as const)("over IPv%i", (family) => {
    it("opens a service to the knocker alone, and no other service", async () => {
      const [knocker, other] = [nextSource(family), nextSource(family)];
      const guarded = "22,2222,3333,60000/udp,60001";
      const closed = ["closed", "closed", "closed", "closed", "closed"];
      expect(await knocker.send(guarded)).toEqual(closed);
      expect(await knocker.send(SSH)).toEqual(["closed", "closed", "closed"]);
      expect(await knocker.send(guarded)).toEqual(["open", ...closed.slice(1)]);
      expect(await other.send(guarded)).toEqual(closed);
    });

    it("opens every port of a service: one of TCP and the ends of a range of UDP", async () => {
      const knocker = nextSource(family);
      await knocker.send("5000/udp,4000/udp,5000");
      expect(await knocker.send("60000/udp,60010/udp,60001")).toEqual(["open", "open", "open"]);
      expect(await knocker.send("60011/udp,60000,22")).toEqual(["closed", "closed", "closed"]);
    });

    it("opens two services to one knocker, one after the other", async () => {
      const knocker = nextSource(family);
      await knocker.send(`${SSH},30000,10000,20000`);
      expect(await knocker.send("22,3333,2222")).toEqual(["open", "open", "closed"]);
    });

    it("lets the last knock choose between sequences that begin alike", async () => {
      const knocker = nextSource(family);
      expect(await knocker.send("7000,8000/udp,6000,22,2222")).toEqual([
        ...["closed", "closed", "closed"],
        ...["closed", "open"],
      ]);
    });

    it("lets always in whom allow names", async () => {
      const { host } = knocking;
      const [address, hostAddress] =
        family === 4 ? ["10.77.0.101", host.address4] : ["fd77::101", host.address6];
      const steps = nextSource(family).steps("22,3333,60000/udp");
      const reports = await nextSource(family).run(
        steps.map((step) => (step.kind === "send" ? { ...step, from: address, to: hostAddress } : step)),
      );
      expect(reports.map(({ answer }) => answer)).toEqual(["open", "open", "open"]);
    });

    it.each([
      ["a wrong knock", "7000,8000/udp,1000,9000"],
      ["a wrong knock of UDP", "7000,8000/udp,1000/udp,9000"],
      ["a knock of another sequence", "7000,8000/udp,20000,9000"],
      ["the right port of the other protocol", "7000,8000/udp,9000/udp,9000"],
      ["a missing knock", "7000,9000"],
      ["the wrong order", "8000/udp,7000,9000"],
    ])("goes back to the start after %s", async (_, packets) => {
      const knocker = nextSource(family);
      await knocker.send(packets);
      expect(await knocker.send("22,2222,3333")).toEqual(["closed", "closed", "closed"]);
      // It was no more than a reset: the right sequence opens right after it.
      await knocker.send(SSH);
      expect(await knocker.send("22")).toEqual(["open"]);
    });

    it.each([
      ["a knock made twice", "7000,7000,8000/udp,8000/udp,9000"],
      ["a knock that comes late again", "7000,8000/udp,7000,9000"],
      ["connections to open ports", "7000,80,8000/udp,443/udp,9000"],
      ["connections to guarded ports", "7000,22,2222,60005/udp,8000/udp,3333,9000"],
      ["another sequence that was begun before", "30000,10000,7000,8000/udp,9000"],
      ["the same sequence that was begun before", "7000,8000/udp,1000,7000,8000/udp,9000"],
    ])("goes on in spite of %s", async (_, packets) => {
      const knocker = nextSource(family);
      await knocker.send(packets);
      expect(await knocker.send("22")).toEqual(["open"]);
    });

    it("ignores first knocks that come too fast, but for one in five seconds", async () => {
      const { run, steps } = nextSource(family);
      const tooFast = Array.from({ length: 40 }, () => "7000,1000").join();
      const pause = { kind: "wait", milliseconds: 6000 } as const;
      const reports = await run([...steps(`${tooFast},${SSH},22`), pause, ...steps(`${SSH},22`)]);
      expect([reports[83], reports.at(-1)].map((report) => report?.answer)).toEqual(["closed", "open"]);
    });

    it("begins another sequence with its first knock, and leaves the old one", async () => {
      const knocker = nextSource(family);
      await knocker.send("7000,8000/udp,30000,9000");
      expect(await knocker.send("22,3333")).toEqual(["closed", "closed"]);
    });

    it("goes back to the start when the knock timeout has passed, which each knock begins afresh", async () => {
      const [late, slow] = [nextSource(family), nextSource(family)];
      const gap = { kind: "wait", milliseconds: 1300 } as const;
      const between = (source: Source, pause: typeof gap | typeof PAST_TIMEOUT) =>
        source.run(SSH.split(",").flatMap((knock) => [...source.steps(knock), pause]));
      await Promise.all([between(late, PAST_TIMEOUT), between(slow, gap)]);
      expect([await late.send("22"), await slow.send("22")]).toEqual([["closed"], ["open"]]);
    });

    it("shuts a window for new connections, and leaves one that exists", async () => {
      const { run, steps, address: from, hostAddress: to } = nextSource(family);
      const talk = { kind: "talk", from, to, port: 2222 } as const;
      const reports = await run([
        ...steps("7000,8000/udp,6000"),
        talk,
        ...steps("2222"),
        PAST_TIMEOUT,
        ...steps("2222"),
        talk,
      ]);
      expect(reports.slice(3).map(({ answer }) => answer)).toEqual([
        "open",
        "open",
        "unknown",
        "closed",
        "open",
      ]);
    });

    it("admits the connection that is sent right after the last knock, 50 times of 50", async () => {
      const knockers = Array.from({ length: 50 }, () => nextSource(family));
      const answers: string[] = [];
      for (const { run, steps } of knockers) {
        const hasty = steps(SSH).map((step) => ({ ...step, isHasty: true }));
        const reports = await run([...hasty, ...steps("22")]);
        answers.push(...reports.map(({ answer }) => answer).slice(3));
      }
      expect(answers).toEqual(knockers.map(() => "open"));
    });
  });

  it("keeps IPv4 and IPv6 apart: knocks of one are nothing to the other", async () => {
    const [four, six] = [nextSource(4), nextSource(6)];
    for (const [index, knock] of SSH.split(",").entries()) {
      await (index % 2 === 0 ? four : six).send(knock);
    }
    expect([await four.send("22"), await six.send("22")]).toEqual([["closed"], ["closed"]]);
    await four.send("8000/udp,7000,8000/udp,9000");
    expect([await four.send("22"), await six.send("22")]).toEqual([["open"], ["closed"]]);
  });

  it.each([4, 6] as const)("is what the library's own client does over IPv%i", async (family) => {
    const { host, lab } = knocking;
    const client = await lab.addClient(`desk${family}`);
    const address = family === 4 ? host.address4 : host.address6;
    const connect = `timeout 2 head -c 4 </dev/tcp/${address}/22`;
    const before = await client.run(["bash", "-c", connect], { check: false });
    const knock = ["cli/main.ts", "knock", address, "--sequence", SSH];
    await client.run([process.execPath, "--import", "tsx", ...knock]);
    const after = await client.run(["bash", "-c", connect], { check: false });
    expect([before.stdout, after.stdout]).toEqual(["", "SSH-"]);
  });
});
