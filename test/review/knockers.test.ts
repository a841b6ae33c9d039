import { describe, expect, it } from "vitest";
import { printReview } from "../../components/review/printReview";
import { reviewOf, type Written } from "../support/reviewOf";

const OF_SSH = "7000,8123,9001";
const OF_ALICE = "7300,8400,9500";
const ANOTHER = "4001,5701,6100";

/** Two services, of which knockers alone open ssh unless it is given a sequence. */
const house = (knockers: Written, ofSsh: Written = {}, others: Written = {}): Written => ({
  services: { ssh: { ports: ["22"], ...ofSsh }, git: { ports: ["9418"], sequence: "6205,5003,4107" } },
  knockers,
  ...others,
});
const opening = (services: readonly string[], fields: Written = {}): Written => ({
  services,
  sequence: OF_ALICE,
  ...fields,
});
const own = { sequence: OF_SSH };

/** The lines about knockers in short: `knocker alice new knocker, opens up: …`. */
function aboutKnockers(before: Written, after: Written): readonly string[] {
  return reviewOf(before, after)
    .changes.filter(({ subject }) => subject.startsWith("knocker "))
    .map(({ subject, what, direction, meaning }) => `${subject} ${what}, ${direction}: ${meaning}`);
}

describe("a knocker that only one side has", () => {
  const full = {
    services: ["ssh", "git"],
    sequence: "7300,8400/udp",
    knockTimeout: "9s",
    closeSequence: ANOTHER,
    unban: true,
    until: "2027-01-31T18:00:00Z",
  };
  const line =
    "git, ssh after 2 knocks (tcp, udp), 9s apart; closes after 3 knocks (tcp, tcp, tcp); unban; until 2027-01-31T18:00:00Z";
  const [without, having] = [house({}, own, { baseline: {} }), house({ alice: full }, own, { baseline: {} })];

  it("is told in one line, and opens up where he comes", () => {
    expect(reviewOf(without, having).changes).toEqual([
      {
        subject: "knocker alice",
        what: "new knocker",
        before: "",
        after: line,
        direction: "opens up",
        meaning: "alice may open git, ssh; no window closes by that",
      },
    ]);
  });

  it("is told in one line, and closes down where he goes", () => {
    expect(reviewOf(having, without).changes).toEqual([
      {
        subject: "knocker alice",
        what: "knocker removed",
        before: line,
        after: "",
        direction: "closes down",
        meaning: "alice gets in nowhere any more, and the windows that alice opened close: nobody else's",
      },
    ]);
  });
});

describe("a new knocker with a sequence that people know", () => {
  const alice = { alice: opening(["ssh"]) };

  it.each<readonly [string, Written, Written, string]>([
    [
      "opens nothing to them that it opened as a service's own",
      house({}, { sequence: OF_ALICE }),
      house(alice),
      "knocker alice new knocker, changes: whoever knows the former sequence of ssh gets in as before, as alice",
    ],
    [
      "opens nothing to them that it opened under another name",
      house(alice),
      house({ bob: opening(["ssh"]) }),
      "knocker bob new knocker, changes: whoever knows the former sequence of alice gets in as before, as bob",
    ],
    [
      "opens up what it did not open under another name",
      house(alice),
      house({ bob: opening(["ssh", "git"]) }),
      "knocker bob new knocker, opens up: whoever knows the former sequence of alice may open git as bob",
    ],
    [
      "opens up what another service's did not open",
      { services: { ssh: { ports: ["22"], ...own }, git: { ports: ["9418"], sequence: OF_ALICE } } },
      house(alice, own),
      "knocker alice new knocker, opens up: whoever knows the former sequence of git may open ssh as alice",
    ],
    [
      "opens up what it only closed before",
      house({}, { ...own, closeSequence: OF_ALICE }),
      house(alice, own),
      "knocker alice new knocker, opens up: whoever knows the former sequence of ssh close may open ssh as alice",
    ],
    [
      "opens up a service that was not there",
      house(alice),
      {
        services: { ssh: { ports: ["22"] }, web: { ports: ["443"], ...own } },
        knockers: { bob: opening(["ssh", "web"]) },
      },
      "knocker bob new knocker, opens up: whoever knows the former sequence of alice may open web as bob",
    ],
  ])("%s", (_, before, after, expected) => {
    expect(aboutKnockers(before, after)).toContain(expected);
  });
});

describe("a new knocker with a sequence that people know, and everything that it opened", () => {
  const known = "whoever knows the former sequence of alice gets in as bob";
  const renamed = (was: Written, is: Written, others: Written = {}): readonly string[] =>
    aboutKnockers(
      house({ alice: opening(["ssh"], was) }, {}, others),
      house({ bob: opening(["ssh"], is) }, {}, others),
    ).slice(1);

  it.each<readonly [string, Written, Written, string]>([
    [
      "a longer knock timeout",
      { knockTimeout: "5s" },
      { knockTimeout: "9s" },
      "9s instead of 5s from knock to knock",
    ],
    ["a way off the blacklist", {}, { unban: true }, "off the blacklist too"],
    ["access without an end", { until: "2027-01-31T18:00:00Z" }, {}, "the access of bob does not end"],
    [
      "access for longer",
      { until: "2027-01-31T18:00:00Z" },
      { until: "2027-02-28T18:00:00Z" },
      "the access of bob ends at 2027-02-28T18:00:00Z",
    ],
  ])("opens up with %s, and the other way round does not", (_, narrow, wide, words) => {
    const others = { baseline: {} };
    expect(renamed(narrow, wide, others)).toEqual([`knocker bob new knocker, opens up: ${known}: ${words}`]);
    expect(renamed(wide, narrow, others)).toEqual([
      `knocker bob new knocker, changes: ${known.replace(" as bob", " as before, as bob")}`,
    ]);
  });

  it("has no new way off a blacklist that comes with it", () => {
    const before = house({ alice: opening(["ssh"]) });
    const after = house({ bob: opening(["ssh"], { unban: true }) }, {}, { baseline: {} });
    expect(aboutKnockers(before, after)).toContainEqual(
      expect.stringMatching(/^knocker bob new knocker, changes: /),
    );
  });

  it("opens up with a longer knock timeout than it had as a service's own", () => {
    const [before, after] = [
      house({}, { sequence: OF_ALICE }),
      house({ alice: opening(["ssh"], { knockTimeout: "9s" }) }),
    ];
    expect(aboutKnockers(before, after)).toEqual([
      "knocker alice new knocker, opens up: whoever knows the former sequence of ssh gets in as alice: 9s instead of 5s from knock to knock",
    ]);
  });
});

describe("a port that knockers open and another service takes over", () => {
  const guarded = (service: string, knocker: Written, sequence: Written = {}): Written => ({
    services: { [service]: { ports: ["22"], ...sequence }, git: { ports: ["9418"], sequence: ANOTHER } },
    knockers: { alice: knocker },
  });
  const taken = "22/tcp was open to who knocked for ssh, now open to who knocked for admin";

  it.each<readonly [string, Written, Written, string]>([
    [
      "stays as it was for a knocker who may open that too",
      guarded("ssh", opening(["ssh"])),
      guarded("admin", opening(["admin"])),
      `changes: ${taken}`,
    ],
    [
      "opens up to a knocker who may open that alone",
      guarded("ssh", opening(["git"]), own),
      guarded("admin", opening(["admin"]), own),
      `opens up: ${taken}: alice may open it`,
    ],
    [
      "closes down to a knocker who may not open that",
      guarded("ssh", opening(["ssh"]), own),
      guarded("admin", opening(["git"]), own),
      `closes down: ${taken}: alice may not open it any more`,
    ],
    [
      "opens up to whoever knows a sequence of that",
      guarded("ssh", opening(["ssh"])),
      guarded("admin", opening(["admin"]), own),
      `opens up: ${taken}: whoever knows the sequence of admin gets in`,
    ],
    [
      "closes down where knockers alone open that",
      guarded("ssh", opening(["ssh"]), own),
      guarded("admin", opening(["admin"])),
      `closes down: ${taken}: no sequence but those of its knockers opens it`,
    ],
  ])("%s", (_, before, after, expected) => {
    const { changes } = reviewOf(before, after);
    const admin = changes.filter(({ subject }) => subject === "admin");
    expect(admin.map(({ direction, meaning }) => `${direction}: ${meaning}`)).toEqual([expected]);
  });
});

describe("a service that its knockers alone open", () => {
  const alice = { alice: opening(["ssh"]) };
  const lines = (before: Written, after: Written): readonly string[] =>
    reviewOf(before, after).changes.map(
      ({ subject, what, direction, meaning }) => `${subject} ${what}, ${direction}: ${meaning}`,
    );

  it("opens up with a sequence of its own", () => {
    expect(lines(house(alice), house(alice, own))).toEqual([
      "ssh knockTimeout, changes: 5s at most from knock to knock",
      "ssh knocks, opens up: 3 knocks of its own: whoever knows them gets in, knocker or not",
    ]);
  });

  it("closes down where it had one", () => {
    expect(lines(house(alice, own), house(alice))).toEqual([
      "ssh knockTimeout, changes: those of its knockers apply",
      "ssh knocks, closes down: ssh opens to its knockers alone",
    ]);
  });
});

describe("the risk for the knockers who open SSH", () => {
  const bob = { bob: opening(["ssh"], { sequence: ANOTHER }) };
  const both = { alice: opening(["ssh"]), ...bob };
  const rotated = { alice: opening(["ssh"], { sequence: "7300,8400,9501" }) };

  it.each<readonly [string, Written, Written, readonly string[]]>([
    [
      "is none where nobody of them changes",
      house(both),
      house({ ...both, carol: opening(["git"], own) }),
      [],
    ],
    [
      "is named of each who is gone",
      house({ ...both, carol: opening(["ssh"], own) }),
      house({ carol: opening(["ssh"], own) }),
      ["alice does not open 22/tcp any more", "bob does not open 22/tcp any more"],
    ],
    [
      "is named of one who opens something else from now on",
      house(both),
      house({ alice: opening(["git"]), ...bob }),
      ["alice does not open 22/tcp any more"],
    ],
    [
      "is named of one whose sequence was rotated, and of no other",
      house(both),
      house({ ...bob, ...rotated }),
      ["22/tcp opens to another sequence of alice: hand it out before this is applied"],
    ],
    [
      "is none where one rotates who did not open it",
      house({ alice: opening(["git"]), ...bob }),
      house({ alice: opening(["git", "ssh"], { sequence: "7300,8400,9501" }), ...bob }),
      [],
    ],
    [
      "is named for all others where they alone open it from now on",
      house(both, own),
      house(both),
      ["22/tcp opens to its knockers alone: alice, bob"],
    ],
    ["is none where its service gets a sequence of its own", house(both), house(both, own), []],
  ])("%s", (_, before, after, expected) => {
    expect(reviewOf(before, after).lockOutRisks).toEqual(expected);
  });
});

describe("the picture of a knocker's sequence", () => {
  const pictured = (alice: Written): readonly string[] =>
    printReview(reviewOf(house({}, own), house({ alice }, own)))
      .split("\n")
      .filter((line) => line.includes('(["'));

  it("ends in the services that he opens, and says until when", () => {
    const until = { until: "2027-01-31T18:00:00Z" };
    expect(pictured(opening(["ssh", "git"], until))).toContainEqual(
      expect.stringContaining(
        '(["git: admitted for 10s, until 2027-01-31T18:00:00Z<br/>ssh: admitted for 10s, until 2027-01-31T18:00:00Z"])',
      ),
    );
    expect(pictured(opening(["ssh"]))).not.toContainEqual(expect.stringContaining("until"));
  });

  it("says of nobody else until when", () => {
    const lines = pictured(opening(["git"], { until: "2027-01-31T18:00:00Z" }));
    expect(lines.filter((line) => line.includes("until"))).toHaveLength(1);
    expect(lines).toContainEqual(expect.stringContaining('(["ssh: admitted for 10s"])'));
  });

  it("ends for all of them at once where he closes", () => {
    expect(pictured(opening(["ssh", "git"], { closeSequence: ANOTHER }))).toContainEqual(
      expect.stringContaining('(["git, ssh: access ended"])'),
    );
  });
});

describe("a sequence that is derived", () => {
  const derive = "5eed".repeat(16);
  const written = { services: { ssh: { ports: ["22"], sequence: "7000,9000,8000,6000" } } };
  const derived = { derive, services: { ssh: { ports: ["22"], sequence: "derived" } } };
  const reviewed = (before: object, after: object) =>
    reviewOf({ ...before }, { ...after }).changes.map(
      ({ subject, what, direction, meaning }) => `${subject} ${what} ${direction}: ${meaning}`,
    );

  it("closes down: what is overheard at one host opens no other", () => {
    expect(reviewed(written, derived)).toEqual([
      "ssh knocks closes down: each host has a sequence of its own: what is overheard at one opens no other; tell the people who knock",
    ]);
  });

  it("opens up where one for all takes its place, however many knocks that has", () => {
    const longer = { services: { ssh: { ports: ["22"], sequence: "7000,9000,8000,6000,5000" } } };
    expect(reviewed(derived, longer)).toEqual([
      "ssh knocks opens up: one sequence opens every host: who overhears it at one gets into all; 5 knocks instead of 4: harder to find; tell the people who knock",
    ]);
  });

  it("is rotated where it is derived from another secret", () => {
    expect(reviewed(derived, { ...derived, derive: "feed".repeat(16) })).toEqual([
      "ssh sequence changes: rotated: the old sequence opens nothing and open windows close; tell the people who knock",
    ]);
    expect(reviewed(derived, derived)).toEqual([]);
  });

  it("is drawn with its knocks, and described without them", () => {
    const carol = { services: ["ssh"], sequence: "derived" };
    const [change] = reviewOf(derived, { ...derived, knockers: { carol } }).changes;
    expect(change?.after).toBe("ssh after 4 knocks (others on each host), 5s apart");
  });
});
