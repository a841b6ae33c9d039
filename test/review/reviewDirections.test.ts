import { describe, expect, it } from "vitest";
import type { ServicePart } from "../../components/outline/fields";
import { reviewOf, type Written } from "../support/reviewOf";

const LONG = "7000,8123,9001,6001,5003";
const SHORT = "4001,5701";
const ssh: Written = { ports: ["22"], sequence: LONG, access: "once" };
const web: Written = { ports: ["443"], sequence: SHORT };

/** The changes in short: `ssh access: opens up`. */
function changed(before: Written, after: Written): readonly string[] {
  return reviewOf(before, after).changes.map(
    ({ subject, what, direction }) => `${subject} ${what}: ${direction}`,
  );
}

/** What they mean, without those that mean nothing for who gets in. */
function meanings(before: Written, after: Written): readonly string[] {
  return reviewOf(before, after).changes.map(({ direction, meaning }) => `${direction}: ${meaning}`);
}

const services = (written: Written, fields: Written = {}): Written => ({ services: written, ...fields });

describe("a port that another guard takes over", () => {
  const admin = (fields: Written): Written => services({ admin: { ...ssh, ...fields } });

  it.each<readonly [string, Written, string]>([
    ["opens up with fewer knocks", admin({ sequence: SHORT }), "opens up"],
    ["opens up with window in place of once", admin({ access: "window" }), "opens up"],
    ["opens up with a flow timeout", admin({ flowTimeout: "1h" }), "opens up"],
    ["opens up with a longer access window", admin({ accessWindow: "7d" }), "opens up"],
    ["opens up with a longer knock timeout", admin({ knockTimeout: "9s" }), "opens up"],
    [
      "opens up where it is easier in one way and harder in another",
      admin({ accessWindow: "7d", knockTimeout: "2s" }),
      "opens up",
    ],
    ["closes down with more knocks", admin({ sequence: `${LONG},4001` }), "closes down"],
    ["only changes with as many", admin({ sequence: "7000,8123,9001,6001,5004" }), "changes"],
  ])("%s", (_, after, direction) => {
    expect(changed(services({ ssh }), after)).toEqual([
      `admin new service: ${direction}`,
      `ssh service removed: ${direction}`,
    ]);
  });

  const WAYS: Readonly<
    Record<
      Exclude<keyof ServicePart, "ports"> | "sequence" | "knockTimeoutSeconds",
      readonly [fields: Written, there: string, back: string]
    >
  > = {
    sequence: [{ sequence: SHORT }, "2 knocks instead of 5", "5 knocks instead of 2"],
    knockTimeoutSeconds: [
      { knockTimeout: "9s" },
      "9s instead of 5s from knock to knock",
      "5s instead of 9s from knock to knock",
    ],
    access: [{ access: "window" }, "window instead of once", "once instead of window"],
    accessWindowSeconds: [
      { accessWindow: "7d" },
      "7d instead of 10s to connect",
      "10s instead of 7d to connect",
    ],
    flowTimeoutSeconds: [
      { flowTimeout: "1h" },
      "1h instead of no time for which flows may be silent",
      "no time instead of 1h for which flows may be silent",
    ],
  };

  it.each(Object.entries(WAYS))("says how the new guard differs in its %s", (_, [fields, there, back]) => {
    const [old, now] = [services({ ssh }), admin(fields)];
    const [opens, closes] = [
      `opens up: 22/tcp was open to who knocked for ssh, now open to who knocked for admin: ${there}`,
      `closes down: 22/tcp was open to who knocked for admin, now open to who knocked for ssh: ${back}`,
    ];
    expect([meanings(old, now), meanings(now, old)]).toEqual([
      [opens, opens],
      [closes, closes],
    ]);
  });

  it("says in which ways the new guard is weaker", () => {
    const meaning =
      "opens up: 22/tcp was open to who knocked for ssh, now open to who knocked for admin: 2 knocks instead of 5, window instead of once, 7d instead of 10s to connect";
    expect(
      meanings(services({ ssh }), admin({ sequence: SHORT, access: "window", accessWindow: "7d" })),
    ).toEqual([meaning, meaning]);
  });

  it("opens up where it moves to a service whose sequence others know, however hard it is", () => {
    const before = services({ ssh: { ...ssh, ports: ["22", "2200"] }, web });
    const after = services({ ssh: { ...ssh, ports: ["2200"] }, web: { ...web, ports: ["22", "443"] } });
    expect(changed(before, after)).toEqual(["ssh ports: opens up", "web ports: opens up"]);
    expect(changed(after, before)).toEqual(["ssh ports: opens up", "web ports: opens up"]);
  });

  it("opens up to the knowers of a sequence that is as hard", () => {
    const other = { ...ssh, ports: ["80"], sequence: "4001,5701,6100,8200,9123" };
    const before = services({ other, ssh: { ...ssh, ports: ["22", "2200"] } });
    const after = services({ other: { ...other, ports: ["22", "80"] }, ssh: { ...ssh, ports: ["2200"] } });
    expect(meanings(before, after)).toEqual([
      "opens up: 22/tcp was open to who knocked for ssh, now open to who knocked for other: whoever knows the sequence of other gets in",
      "opens up: 22/tcp was open to who knocked for ssh, now open to who knocked for other: whoever knows the sequence of other gets in",
    ]);
  });
});

describe("a service that another sequence opens", () => {
  const shared = (sequenceOf: string): Written => ({ ports: ["22"], access: "once", sequenceOf });

  it("opens up where it shares a weaker one from now on, and closes down the other way round", () => {
    const [own, sharing] = [services({ ssh, web }), services({ ssh: shared("web"), web })];
    expect(changed(own, sharing)).toEqual([
      "ssh knockTimeout: changes",
      "ssh knocks: changes",
      "ssh sequenceOf: opens up",
    ]);
    expect(changed(sharing, own)).toEqual([
      "ssh knockTimeout: changes",
      "ssh knocks: changes",
      "ssh sequenceOf: closes down",
    ]);
  });

  it("opens up where it shares another one, weaker or harder: others know that", () => {
    const two = { strong: { ...ssh, ports: ["80"] }, web };
    const [strong, weak] = [
      services({ ...two, ssh: shared("strong") }),
      services({ ...two, ssh: shared("web") }),
    ];
    expect(meanings(strong, weak)).toEqual([
      "opens up: the sequence of web opens ssh too; nothing else does; whoever knows the sequence of web gets in; 2 knocks instead of 5",
    ]);
    expect(changed(weak, strong)).toEqual(["ssh sequenceOf: opens up"]);
  });
});

describe("a new service", () => {
  it("that takes its knocker off the blacklist opens up and says so", () => {
    const closing = { ...ssh, closeSequence: "4001,5701" };
    const after = services({ admin: { ...closing, unban: true } }, { baseline: {} });
    const [added] = reviewOf(services({ ssh }, { baseline: {} }), after).changes;
    expect(added).toEqual({
      subject: "admin",
      what: "new service",
      before: "",
      after:
        "22/tcp after 5 knocks (tcp, tcp, tcp, tcp, tcp), 5s apart; once, 10s; closes after 2 knocks (tcp, tcp); unban",
      direction: "opens up",
      meaning:
        "22/tcp was open to who knocked for ssh, now open to who knocked for admin; its sequence takes its knocker off the blacklist",
    });
  });

  it("stands in one line, and so does one that is removed", () => {
    const [few, all] = [
      services({ ssh }),
      services({
        ssh,
        sftp: { ports: ["2222", "2200-2210"], sequenceOf: "ssh", accessWindow: "1h" },
        vpn: { ports: ["51820/udp"], sequence: "4001/udp,5701", knockTimeout: "9s", flowTimeout: "1h" },
      }),
    ];
    const lines = [
      ["sftp", "2200-2210/tcp, 2222/tcp after the sequence of ssh; window, 1h"],
      ["vpn", "51820/udp after 2 knocks (udp, tcp), 9s apart; window, 10s; flows may be silent for 1h"],
    ];
    const rows = (before: Written, after: Written) =>
      reviewOf(before, after).changes.map((change) => [
        change.subject,
        change.what,
        change.before,
        change.after,
      ]);
    expect(rows(few, all)).toEqual(lines.map(([name, line]) => [name, "new service", "", line]));
    expect(rows(all, few)).toEqual(lines.map(([name, line]) => [name, "service removed", line, ""]));
  });

  it("is no new way off the blacklist where it had another name before", () => {
    const unban = { ...ssh, unban: true };
    expect(
      changed(services({ ssh: unban }, { baseline: {} }), services({ admin: unban }, { baseline: {} })),
    ).toEqual(["admin new service: changes", "ssh service removed: changes"]);
  });

  it("is no new way off the blacklist beside one that has none", () => {
    const unban = { ...ssh, unban: true };
    const after = services({ admin: unban, web }, { baseline: {} });
    expect(changed(services({ ssh: unban }, { baseline: {} }), after)).toEqual([
      "admin new service: changes",
      "ssh service removed: changes",
      "web new service: opens up",
    ]);
  });

  it("is no new way off a blacklist that comes with it", () => {
    const after = services({ ssh, web: { ...web, unban: true } }, { baseline: {} });
    expect(meanings(services({ ssh }), after)[0]).toBe(
      "closes down: 443/tcp was left as the host has it, now open to who knocked for web",
    );
  });
});

describe("a port that was open to some and becomes guarded", () => {
  const restricted = (fields: Written): Written =>
    services({ ssh }, { baseline: { openPortsFrom: [{ ports: ["5432"], from: ["8.8.8.8"] }] }, ...fields });
  const guarded = (fields: Written): Written =>
    services({ ssh, db: { ports: ["5432"], sequence: SHORT } }, { baseline: {}, ...fields });

  it.each<readonly [string, Written, string]>([
    [
      "allow",
      { allow: ["9.9.9.0/24"] },
      "opens to allow and to who knocked for db, closes to 8.8.8.8/32 without knocking",
    ],
    ["nobody in allow", {}, "opens to who knocked for db, closes to 8.8.8.8/32 without knocking"],
    ["the former sources in allow", { allow: ["8.8.8.0/24"] }, "opens to allow and to who knocked for db"],
  ])("opens up with %s", (_, fields, words) => {
    const meaning = `opens up: 5432/tcp was open to 8.8.8.8/32: ${words}`;
    expect(meanings(restricted(fields), guarded(fields))).toEqual([meaning, meaning]);
  });

  it("closes down the other way round if its sources were let in anyway", () => {
    const fields = { allow: ["8.8.8.0/24"] };
    expect(changed(guarded(fields), restricted(fields))).toEqual([
      "db service removed: closes down",
      "baseline openPortsFrom: closes down",
    ]);
    expect(changed(guarded({}), restricted({}))).toEqual([
      "db service removed: opens up",
      "baseline openPortsFrom: opens up",
    ]);
  });
});

describe("networks and ports that are written in another way", () => {
  const db: Written = { ports: ["5432"], sequence: SHORT };
  const from = (ports: string, ...networks: readonly string[]): Written =>
    services({ db }, { baseline: { openPortsFrom: [{ ports: [ports], from: networks }] } });
  const excepted = (...exceptNetworks: readonly string[]): Written =>
    services({ ssh }, { baseline: { exceptNetworks } });
  const allowed = (...allow: readonly string[]): Written => services({ ssh }, { allow });

  it.each<readonly [string, Written, Written, readonly string[]]>([
    [
      "two halves of an allowed network",
      allowed("10.0.0.0/8"),
      allowed("10.0.0.0/9", "10.128.0.0/9"),
      ["changes: lets in the same sources as before"],
    ],
    [
      "two halves in IPv6",
      allowed("fd00::/9", "fd80::/9"),
      allowed("fd00::/8"),
      ["changes: lets in the same sources as before"],
    ],
    [
      "half an allowed network",
      allowed("10.0.0.0/8"),
      allowed("10.0.0.0/9"),
      ["closes down: 10.0.0.0/8: has to knock from now on"],
    ],
    [
      "fewer ports open to some",
      from("8000-8099", "8.8.8.8"),
      from("8000-8050", "8.8.8.8"),
      ["closes down: 8051-8099/tcp was open to 8.8.8.8/32, now closed to everybody"],
    ],
    [
      "more sources",
      from("8000", "8.8.8.8"),
      from("8000", "8.8.8.0/24"),
      ["opens up: 8000/tcp was open to 8.8.8.8/32, now open to 8.8.8.0/24"],
    ],
    [
      "the same sources in halves",
      from("8000", "8.8.8.0/24"),
      from("8000", "8.8.8.0/25", "8.8.8.128/25"),
      ["changes: 8000/tcp was open to 8.8.8.0/24, now open to 8.8.8.0/25, 8.8.8.128/25"],
    ],
    [
      "a port open to everybody, then to some",
      services({ db }, { openPorts: ["80"], baseline: {} }),
      from("80", "8.8.8.8"),
      [
        "closes down: 80/tcp was open to everybody, now open to 8.8.8.8/32",
        "closes down: 80/tcp was open to everybody, now open to 8.8.8.8/32",
      ],
    ],
    [
      "an excepted network that allow has from now on",
      excepted("192.168.1.0/24"),
      services({ ssh }, { allow: ["192.168.1.0/24"], baseline: {} }),
      [
        "opens up: 192.168.1.0/24: let in to every guarded port without knocking",
        "changes: lets in the same sources as before",
      ],
    ],
    [
      "a part of a martian that is excepted",
      excepted(),
      excepted("192.168.1.0/24"),
      ["opens up: 192.168.1.0/24: may reach the host"],
    ],
    [
      "an excepted network that is no martian",
      excepted(),
      excepted("8.8.8.0/24"),
      ["changes: lets in the same sources as before"],
    ],
    [
      "a martian that leaves allow",
      services({ db }, { openPorts: ["22"], allow: ["192.168.0.0/16"], baseline: {} }),
      services({ db }, { openPorts: ["22"], baseline: {} }),
      ["closes down: 192.168.0.0/16: dropped as a martian from now on, but for guarded ports after knocking"],
    ],
  ])("are compared by what they cover: %s", (_, before, after, expected) => {
    expect(meanings(before, after)).toEqual(expected);
  });
});

describe("what a review says of", () => {
  it("a close sequence of another length", () => {
    const closing = (closeSequence: string): Written => services({ ssh: { ...ssh, closeSequence } });
    expect(meanings(closing("4001,5701,6100"), closing("4001,5701"))).toEqual([
      "changes: a close sequence of 2 knocks instead of 3: tell the people who use it",
    ]);
    expect(meanings(closing("4001,5701"), closing("4001,5701,6100"))).toEqual([
      "changes: a close sequence of 3 knocks instead of 2: tell the people who use it",
    ]);
  });

  it("stages in the kernel's log", () => {
    const log = (stages: boolean): Written => services({ ssh }, { log: { admissions: true, stages } });
    expect(meanings(log(false), log(true))).toEqual([
      "changes: the kernel's log then holds the ports of the sequences: for debugging only",
    ]);
    expect(meanings(log(true), log(false))).toEqual([
      "changes: the kernel's log tells nothing of knocks any more",
    ]);
  });
});

describe("a sequence that was another one's", () => {
  const other = { ports: ["8443"], sequence: "6100,5200,4300,7400,6500" };
  const before = services({ ssh, web: other });

  it("opens up to whoever knew it", () => {
    const after = services({ ssh: { ...ssh, sequence: other.sequence }, web: { ...other, sequence: SHORT } });
    expect(reviewOf(before, after).changes[0]).toEqual({
      subject: "ssh",
      what: "sequence",
      before: "secret",
      after: "the former sequence of web",
      direction: "opens up",
      meaning: "22/tcp: whoever knows the sequence of web gets in; the old one opens nothing",
    });
    expect(reviewOf(before, after).lockOutRisks).toEqual([
      "22/tcp opens to another sequence: hand it out before this is applied",
    ]);
  });

  it("opens up on both sides where two are exchanged", () => {
    const after = services({
      ssh: { ...ssh, sequence: other.sequence },
      web: { ...other, sequence: ssh["sequence"] },
    });
    expect(changed(before, after)).toEqual(["ssh sequence: opens up", "web sequence: opens up"]);
  });

  it("opens nothing where the names are exchanged and each port keeps its own", () => {
    const { access: _access, ...guarded } = ssh;
    const [old, now] = [services({ ssh: guarded, web: other }), services({ web: guarded, ssh: other })];
    const moved =
      "changes: 22/tcp was open to who knocked for ssh, now open to who knocked for web; 8443/tcp was open to who knocked for web, now open to who knocked for ssh";
    const taken = "changes: the same people get in by it";
    expect([meanings(old, now), reviewOf(old, now).lockOutRisks]).toEqual([[moved, taken, moved, taken], []]);
  });

  it("opens up where it only closed before", () => {
    const closing = { ...ssh, closeSequence: "6100,5200,4300" };
    const after = services({ ssh: { ...ssh, sequence: "6100,5200,4300" } });
    expect(meanings(services({ ssh: closing }), after)).toContain(
      "opens up: 22/tcp: whoever knows the sequence of ssh close gets in; the old one opens nothing",
    );
  });
});

describe("ways off the blacklist", () => {
  it("open up where there are more of them than before", () => {
    const before = services({ a: { ports: ["22"], sequence: LONG, unban: true } }, { baseline: {} });
    const after = services(
      {
        b: { ports: ["22"], sequence: LONG, unban: true },
        c: { ports: ["80"], sequence: SHORT, unban: true },
      },
      { baseline: {} },
    );
    expect(changed(before, after)).toContain("c new service: opens up");
  });
});

describe("words about networks", () => {
  it("call no network a martian of which a part alone is one", () => {
    const written = (allow: readonly string[]): Written => services({ ssh }, { allow, baseline: {} });
    expect(meanings(written(["100.0.0.0/8", "10.0.0.0/8"]), written([]))).toEqual([
      "closes down: 100.0.0.0/8: has to knock from now on; 10.0.0.0/8: dropped as a martian from now on, but for guarded ports after knocking",
    ]);
  });

  it("do not say that somebody may not ping any more where everybody may", () => {
    const some = services({ ssh }, { baseline: { ping: { from: ["9.0.0.0/8"] } } });
    const all = services({ ssh }, { baseline: {} });
    expect(meanings(some, all)).toEqual(["opens up: everybody may ping"]);
    expect(meanings(all, some)).toEqual(["closes down: only 9.0.0.0/8 may ping from now on"]);
  });
});
