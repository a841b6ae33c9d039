import { describe, expect, it } from "vitest";
import type { Review } from "../../components/review/reviewPolicies";
import { reviewOf, type Written } from "../support/reviewOf";

const SSH = { ports: ["22"], sequence: "7000,8000/udp,9001" };
const WEB_1 = { connection: { host: "192.0.2.1" } };
const WEB_2 = { connection: { host: "192.0.2.2" } };

const fleet = (hosts: Written, others: Written = {}): Written => ({
  services: { ssh: SSH },
  allow: ["198.51.100.7"],
  ...others,
  hosts,
});

const linesOf = ({ changes }: Review): readonly string[] =>
  changes.map(
    ({ subject, what, before, after, direction, meaning }) =>
      `${subject}: ${what}: ${[before, after].filter(Boolean).join(" -> ")}: ${direction}: ${meaning}`,
  );

describe("a host that comes to others", () => {
  const comes = (own: Written, others: Written = {}) =>
    reviewOf(fleet({ "web-1": WEB_1 }), fleet({ "web-1": WEB_1, "web-2": { ...WEB_2, ...own } }, others));

  it("is guarded now, and opens nothing, whatever it has of its own, which is told", () => {
    const review = comes({ openPorts: ["8080"], allow: ["0.0.0.0/1"] });
    expect(linesOf(review)).toEqual([
      "host web-2: allow: 0.0.0.0/1: changes: 0.0.0.0/1: need not knock at what is guarded from now on",
      "host web-2: openPorts: 8080/tcp: changes: 8080/tcp: a connection to it is no wrong knock",
      "the fleet: new hosts: web-2: closes down: 22/tcp was left as the host has it, now open to who knocked for ssh",
    ]);
    expect(review.hosts).toMatchObject({ added: ["web-2"], updated: [] });
  });

  it("is no part of what a change means for those that stay", () => {
    const [change] = comes({}, { openPorts: ["443"] }).changes;
    expect(change?.meaning).not.toContain("web-2");
  });

  it("may shut somebody out", () => {
    expect(comes({}).lockOutRisks).toEqual([
      "web-2: 22/tcp becomes guarded by ssh: only 198.51.100.7/32 and who knocks gets in",
    ]);
  });

  it("is closed as a whole under a baseline", () => {
    const baseline = { baseline: {} };
    const review = reviewOf(
      fleet({ "web-1": WEB_1 }, baseline),
      fleet({ "web-1": WEB_1, "web-2": WEB_2 }, baseline),
    );
    expect(linesOf(review)).toEqual([
      "the fleet: new hosts: web-2: closes down: the table is the whole firewall: what is neither guarded nor open is closed",
    ]);
  });

  it("stands with those that are like it, in one line", () => {
    const others = Object.fromEntries(
      [3, 4, 5, 6].map((number) => [`web-${number}`, { connection: { host: `192.0.2.${number}` } }]),
    );
    const db = { ...WEB_2, services: ["db"] };
    const services = { ssh: SSH, db: { ports: ["5432"], sequence: "7100,8100/udp,9101" } };
    const review = reviewOf(
      fleet({ "web-1": WEB_1 }, { services }),
      fleet({ "web-1": WEB_1, db, ...others }, { services }),
    );
    expect(linesOf(review).map((line) => line.split(": ").slice(0, 3))).toEqual([
      ["host db", "services", "db"],
      ["the fleet", "new hosts", "db"],
      ["the fleet", "new hosts", "web-3, web-4, web-5 and 1 more"],
    ]);
  });
});

describe("a host that goes while others stay", () => {
  it("is guarded by nothing any more, which opens up", () => {
    const review = reviewOf(fleet({ "web-1": WEB_1, "web-2": WEB_2 }), fleet({ "web-1": WEB_1 }));
    expect(linesOf(review)).toEqual([
      "the fleet: hosts removed: web-2: opens up: 22/tcp was open to who knocked for ssh, now left as the host has it",
    ]);
    expect(review.hosts).toMatchObject({ removed: ["web-2"] });
  });

  it("loses its whole firewall with a baseline", () => {
    const baseline = { baseline: {} };
    const review = reviewOf(
      fleet({ "web-1": WEB_1, "web-2": WEB_2 }, baseline),
      fleet({ "web-1": WEB_1 }, baseline),
    );
    expect(linesOf(review)).toEqual([
      "the fleet: hosts removed: web-2: opens up: only guarded ports are closed; all others are as the host has them",
    ]);
  });
});

describe("a fleet without a host", () => {
  it.each([[{}], [{ baseline: {} }]])("is guarded by nothing, where it had some: %j", (others) => {
    const review = reviewOf(fleet({ "web-1": WEB_1 }, others), fleet({}, others));
    expect(review.changes.map(({ direction }) => direction)).toContain("opens up");
    expect(review.changes.map(({ direction }) => direction)).not.toContain("closes down");
    expect(review.hosts).toMatchObject({ removed: ["web-1"] });
  });

  it("is guarded now where some come, and may shut somebody out", () => {
    const review = reviewOf(fleet({}), fleet({ "web-1": WEB_1 }));
    expect(review.changes.map(({ direction }) => direction)).not.toContain("opens up");
    expect(review.lockOutRisks).toEqual([
      "22/tcp becomes guarded by ssh: only 198.51.100.7/32 and who knocks gets in",
    ]);
    expect(review.hosts).toMatchObject({ added: ["web-1"] });
  });
});

describe("hosts of two policies in JSON", () => {
  it("are touched by nothing that is known, where one side does not say which there are", () => {
    const { hosts, ...unsaid } = fleet({});
    for (const review of [
      reviewOf(fleet({ "web-1": WEB_1 }), unsaid),
      reviewOf(unsaid, fleet({ "web-1": WEB_1 })),
    ]) {
      expect(Object.values(review.hosts).flat()).toEqual([]);
    }
  });

  it("are judged as if they had been there where one side does not say which there are", () => {
    const { hosts, ...unsaid } = fleet({});
    const review = reviewOf(unsaid, fleet({ "web-1": { ...WEB_1, openPorts: ["80"] } }, { baseline: {} }));
    expect(linesOf(review).filter((line) => line.startsWith("the fleet"))).toEqual([]);
  });
});
