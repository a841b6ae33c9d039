import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { coexistenceWarnings } from "../../components/neighbours/coexistence";
import { parseHostStatus } from "../../components/remote/hostStatus";
import { labProblem } from "../../lab";
import { readStatusLocally } from "../support/hostPayload";
import { createKnockingLab, type KnockingLab } from "../support/knockingLab";

const SERVICES = {
  kept: { ports: ["2222"], sequence: "7000,9000,8000/udp", accessWindow: "1s", flowTimeout: "1h" },
  lost: { ports: ["3333"], sequenceOf: "kept", accessWindow: "1s" },
};
const UNTRACKING = `table inet raw {
	chain prerouting { type filter hook prerouting priority raw; policy accept; notrack; }
	chain output { type filter hook output priority raw; policy accept; notrack; }
}
`;

describe.skipIf(labProblem() !== undefined)("a host that tracks nothing", () => {
  let knocking: KnockingLab;

  beforeAll(async () => {
    knocking = await createKnockingLab({ services: SERVICES }, ["2222/tcp", "3333/tcp"]);
    await knocking.host.run("nft -f -", { input: UNTRACKING });
  });
  afterAll(() => knocking?.[Symbol.asyncDispose]());

  it.each([4, 6] as const)(
    "keeps a session over IPv%s beyond its window, and opens no other",
    async (family) => {
      const [source, stranger] = [knocking.nextSource(family), knocking.nextSource(family)];
      const talk = { kind: "talk", from: source.address, to: source.hostAddress, port: 2222 } as const;
      expect(await source.send("7000,9000,8000/udp")).toEqual(["closed", "closed", "closed"]);
      expect(await source.send("3333")).toEqual(["open"]);
      const reports = await source.run([talk, { kind: "wait", milliseconds: 1500 }, talk]);
      expect(reports.map(({ answer }) => answer)).toEqual(["open", "unknown", "open"]);
      expect(await source.send("2222,3333")).toEqual(["closed", "closed"]);
      expect(await stranger.send("2222,3333")).toEqual(["closed", "closed"]);
    },
  );

  it("is warned of for the services whose sessions end with their window", async () => {
    const status = parseHostStatus((await readStatusLocally(knocking.host)).text);
    expect(status && coexistenceWarnings(knocking.policy, status.otherTables)).toEqual([
      "sessions to 3333/tcp end with their access window: chain prerouting of table inet raw keeps them from connection tracking; leave these ports tracked, or set flowTimeout",
    ]);
  });
});
