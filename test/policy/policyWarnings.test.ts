import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { POLICIES } from "../support/policies";
import { warningsOf } from "../support/problemsOf";

const SSH = { ports: ["22"], sequence: "9000,7000,8000" };
const warningsWith = (service: object, others: object = {}) =>
  warningsOf({ services: { ssh: { ...SSH, ...service } }, ...others });

describe("a policy that is as it should be", () => {
  it("gets no warning", () => {
    expect(warningsWith({})).toEqual([]);
    expect(warningsWith({}, { baseline: {}, log: {}, allow: ["192.0.2.7"], openPorts: ["80"] })).toEqual([]);
  });
});

describe("a sequence of two knocks", () => {
  it("gets a warning, three get none", () => {
    expect(warningsWith({ sequence: "7000,8000" })).toEqual([
      "services.ssh.sequence: has only 2 knocks, which guessing finds sooner; give 3 or more",
    ]);
    expect(warningsWith({ sequence: "7000,8000,6000" })).toEqual([]);
  });

  it("gets one where it closes or unbans, too", () => {
    expect(
      warningsWith({ closeSequence: "6000,5000" }, { baseline: { unbanSequence: "5000,6000" } }).map(
        (warning) => warning.split(":")[0],
      ),
    ).toEqual(["baseline.unbanSequence", "services.ssh.closeSequence"]);
  });
});

describe("a sequence that a scan in order makes", () => {
  const monotonic = (way: string) => [
    `services.ssh.sequence: only ever goes ${way}, as a scan in order does; mix the order of its ports`,
  ];

  it.each([
    ["7000,8000,9000", "up"],
    ["1024/udp,2345/udp,3456/udp,65535/udp", "up"],
    ["9000,8000,7000", "down"],
  ])("gets a warning: %s", (sequence, way) => {
    expect(warningsWith({ sequence }).filter((warning) => !warning.includes("knock"))).toEqual(
      monotonic(way),
    );
  });

  it.each(["7000,9000,8000", "7000,8000/udp,9000", "7000,8000,9000/udp", "10000,2345,3456,1234"])(
    "gets none: %s",
    (sequence) => {
      expect(warningsWith({ sequence })).toEqual([]);
    },
  );
});

describe("a knock on a port of the ephemeral range", () => {
  const ephemeral = (which: string) => [
    `services.ssh.sequence: ${which} that the host also takes for connections of its own; choose one outside 32,768 to 60,999`,
  ];

  it.each([
    ["7000,32768,8000", "knock 2 is a port"],
    ["60999/udp,7000,40000", "knocks 1 and 3 are ports"],
  ])("gets a warning: %s", (sequence, which) => {
    expect(warningsWith({ sequence })).toEqual(ephemeral(which));
  });

  it.each(["7000,32767,8000", "61000,7000,65535"])("gets none: %s", (sequence) => {
    expect(warningsWith({ sequence })).toEqual([]);
  });
});

describe("an access window", () => {
  it.each([
    ["61m", "61m"],
    ["7d", "7d"],
    ["90000s", "25h"],
  ])("of %s gets a warning", (accessWindow, printed) => {
    expect(warningsWith({ accessWindow })).toEqual([
      `services.ssh.accessWindow: lets everybody behind the knocker's address in for ${printed}; give 1h or less: connections that exist go on after it`,
    ]);
  });

  it("of an hour gets none, and a service that shares a sequence has one of its own", () => {
    expect(warningsWith({ accessWindow: "1h" })).toEqual([]);
    const web = { ports: ["443"], sequenceOf: "ssh", accessWindow: "2h" };
    expect(warningsOf({ services: { ssh: SSH, web } }).map((warning) => warning.split(":")[0])).toEqual([
      "services.web.accessWindow",
    ]);
  });
});

describe("guarded UDP", () => {
  const vpn = { ports: ["51820/udp"], sequence: "7100,9100,8100" };
  const warnings = (fields: object) => warningsOf({ services: { vpn: { ...vpn, ...fields } } });
  const forgotten = (remedy: string) => [
    `services.vpn.ports: has UDP ports, and a UDP flow that is silent for 30 s to 2 min is a new one to connection tracking: it needs another knock; ${remedy}, if its flows fall silent`,
  ];

  it("gets a warning without a flow timeout, and none with one", () => {
    expect(warnings({})).toEqual(forgotten('set flowTimeout, such as "1h"'));
    expect(warnings({ access: "once" })).toEqual(
      forgotten('set access to "window" and flowTimeout, such as "1h"'),
    );
    expect(warnings({ flowTimeout: "1h" })).toEqual([]);
    expect(warnings({ ports: ["51820/tcp"] })).toEqual([]);
  });
});

describe("open ports", () => {
  it("get a warning where the table only takes away, and none under a baseline", () => {
    expect(warningsWith({}, { openPorts: ["80", "443"] })).toEqual([
      "openPorts: are tolerated, not opened: without a baseline the table only takes away; open them in the host's own firewall if it has one, or add baseline",
    ]);
    expect(warningsWith({}, { openPorts: ["80"], baseline: {} })).toEqual([]);
    expect(warningsWith({}, { openPorts: [] })).toEqual([]);
  });
});

describe("ports that are open to some sources", () => {
  const warningsFrom = (from: readonly string[], baseline: object = {}, others: object = {}) =>
    warningsWith({}, { ...others, baseline: { openPortsFrom: [{ ports: ["9100"], from }], ...baseline } });
  const martian = (cidr: string) =>
    `baseline.openPortsFrom: names ${cidr}, whose packets are dropped as martians before; add it to baseline.exceptNetworks if the host is on that network`;

  it("get a warning for each source that no network routes, once", () => {
    expect(warningsFrom(["10.0.0.0/8", "192.168.7.1", "8.8.8.8", "fd00::/64"])).toEqual(
      ["10.0.0.0/8", "192.168.7.1/32", "fd00::/64"].map(martian),
    );
    const twice = [
      { ports: ["9100"], from: ["10.0.0.0/8"] },
      { ports: ["9200"], from: ["10.0.0.0/8", "8.8.8.8"] },
    ];
    expect(warningsFrom([], { openPortsFrom: twice })).toEqual([martian("10.0.0.0/8")]);
  });

  it.each([
    ["is routed", ["8.8.8.0/24", "2a00::/16"], {}, {}],
    ["is wider than what nobody routes", ["0.0.0.0/0", "8.0.0.0/6"], {}, {}],
    ["is excepted", ["10.0.0.0/8"], { exceptNetworks: ["10.0.0.0/8"] }, {}],
    ["is excepted with more", ["10.1.0.0/16"], { exceptNetworks: ["10.0.0.0/8"] }, {}],
    ["is excepted in part", ["10.0.0.0/8"], { exceptNetworks: ["10.1.0.0/16"] }, {}],
    ["is in allow", ["fd00::/64"], {}, { allow: ["fd00::/8"] }],
  ])("get none where a source %s", (_, from, baseline, others) => {
    expect(warningsFrom(from, baseline, others)).toEqual([]);
  });

  it("get one where an exception is elsewhere, or of the other family", () => {
    expect(warningsFrom(["10.1.0.0/16"], { exceptNetworks: ["10.2.0.0/16", "fd00::/8"] })).toEqual([
      martian("10.1.0.0/16"),
    ]);
  });
});

describe("allow", () => {
  it.each(["0.0.0.0/0", "128.0.0.0/7", "::/0", "2000::/3"])("gets a warning for %s", (cidr) => {
    expect(warningsWith({}, { allow: [cidr] })).toEqual([
      `allow: holds ${cidr}, where nobody needs to knock; name smaller networks`,
    ]);
  });

  it("gets none for networks that somebody may have", () => {
    expect(warningsWith({}, { allow: ["10.0.0.0/8", "2a00::/16"] })).toEqual([]);
  });
});

describe("identity", () => {
  it("gets a warning where it takes a large network for one source", () => {
    expect(warningsWith({}, { identity: { ipv4Prefix: 23, ipv6Prefix: 63 } })).toEqual([
      "identity.ipv4Prefix: admits the whole /23 around a knocker, and lets it reset his knocks; give 24 or more",
      "identity.ipv6Prefix: admits the whole /63 around a knocker, and lets it reset his knocks; give 64 or more",
    ]);
    expect(warningsWith({}, { identity: { ipv4Prefix: 24, ipv6Prefix: 64 } })).toEqual([]);
  });
});

describe("a log of stages", () => {
  it("gets a warning, other logs get none", () => {
    expect(warningsWith({}, { log: { stages: true } })).toEqual([
      "log.stages: writes the ports of the sequences to the kernel's log; turn it off when you have found what you look for",
    ]);
    expect(warningsWith({}, { log: { refusals: true } })).toEqual([]);
  });
});

describe("no warning", () => {
  const PORT = fc.integer({ min: 1024, max: 65_535 }).map((half) => half - (half % 2));

  it("contains a port of a sequence, whatever the policy", () => {
    let warned = 0;
    fc.assert(
      fc.property(fc.uniqueArray(PORT, { minLength: 2, maxLength: 6 }), fc.boolean(), (ports, isUdp) => {
        const sequence = ports.map((port) => `${port}/${isUdp ? "udp" : "tcp"}`).join();
        const texts = silently(() => warningsWith({ sequence }, { openPorts: ["80"] }));
        warned += texts.length;
        expect(ports.filter((port) => texts.some((text) => text.includes(`${port}`)))).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    expect(warned).toBeGreaterThan(1000);
  });

  it("depends on the order in which a policy is written", () => {
    fc.assert(
      fc.property(POLICIES, (input) => {
        const { services, ...rest } = input;
        const reversed = { ...rest, services: Object.fromEntries(Object.entries(services).toReversed()) };
        expect(warningsOf(reversed)).toEqual(warningsOf(input));
      }),
    );
  });
});

/** A policy that is refused has no warnings. */
function silently(warnings: () => readonly string[]): readonly string[] {
  try {
    return warnings();
  } catch {
    return [];
  }
}
