import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labProblem } from "../../lab";
import { createKnockingLab, type KnockingLab } from "../support/knockingLab";
import { toPort } from "../support/packets/toPort";

const problem = labProblem();
if (problem !== undefined) console.warn(`skipped: ${problem}`);

const POLICY = {
  services: {
    ssh: { ports: ["2222"], sequence: "7000,8000/udp,9000", accessWindow: "1h" },
    mail: {
      ports: ["4444"],
      sequence: "9000,8000/udp,7000",
      closeSequence: "9000,6000",
      accessWindow: "1h",
      access: "once",
    },
  },
  guardedAnswer: "drop",
  identity: { ipv4Prefix: 24, ipv6Prefix: 112 },
};

describe.skipIf(problem !== undefined).each([4, 6] as const)(
  "over IPv%i, a policy that drops and knows networks",
  (family) => {
    let knocking: KnockingLab;

    beforeAll(async () => {
      knocking = await createKnockingLab(POLICY, ["2222/tcp", "4444/tcp"]);
    });
    afterAll(() => knocking?.[Symbol.asyncDispose]());

    it("answers nothing, admits the knocker's network, and nobody else", async () => {
      const [knocker, neighbour] = [knocking.nextSource(family), knocking.nextSource(family)];
      const stranger = family === 4 ? knocking.client.address4 : knocking.client.address6;
      expect(await knocker.send("2222")).toEqual(["silent"]);
      await knocker.send("7000");
      await neighbour.send("8000/udp,9000");
      expect(await neighbour.send("2222")).toEqual(["open"]);
      expect(await knocker.send("2222")).toEqual(["open"]);
      const [report] = await knocker.run([
        { kind: "send", ...toPort("2222"), from: stranger, to: knocker.hostAddress },
      ]);
      expect(report?.answer).toBe("silent");
    });

    it("lets one connection in where access is once, and none after the close sequence", async () => {
      const knocker = knocking.nextSource(family);
      await knocker.send("9000,8000/udp,7000");
      expect(await knocker.send("4444,4444")).toEqual(["open", "silent"]);
      await knocker.send("9000,8000/udp,7000,9000,6000");
      expect(await knocker.send("4444")).toEqual(["silent"]);
    });
  },
);
