import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHostStatus } from "../../components/remote/hostStatus";

const OBSERVED = "0123456789abcdef".repeat(4);
const UNGUARDED = ["portknock-status 1", "nft 1.0.6", "state unguarded", `observed ${OBSERVED}`];
const GUARDED = [
  "portknock-status 1",
  "nft 1.0.6",
  "deployer 198.51.100.7 22",
  "state guarded",
  "owner shop/dev/edge/web-1",
  "token abc",
  "marker 0123456789ab",
  `observed ${OBSERVED}`,
];

const parse = (lines: readonly string[]) => parseHostStatus(`${[...lines, "portknock-end"].join("\n")}\n`);
/** The lines without those that begin so, with others added. */
const replaced = (lines: readonly string[], name: string, ...others: readonly string[]) => [
  ...lines.filter((line) => line.split(" ")[0] !== name),
  ...others,
];

describe("a host's report", () => {
  it("tells that nothing guards it", () => {
    expect(parse(UNGUARDED)).toEqual({
      kind: "unguarded",
      observed: OBSERVED,
      deployer: undefined,
      otherTables: "",
      warnings: [],
      findings: [],
    });
  });

  it("tells who guards it, and from where it was reached", () => {
    expect(parse(GUARDED)).toEqual({
      kind: "guarded",
      observed: OBSERVED,
      deployer: { address: "198.51.100.7", port: 22, admissions: [] },
      otherTables: "",
      warnings: [],
      owner: "shop/dev/edge/web-1",
      token: "abc",
      marker: "0123456789ab",
      isPending: false,
      hasRolledBack: false,
      appliedAt: undefined,
      findings: [],
      activity: {
        admissions: [],
        flows: [],
        connections: [],
        refusals: [],
        entries: [],
        refusedPorts: [],
        blacklisted: undefined,
      },
    });
  });

  it("tells who comes and goes, and when its rules were applied", () => {
    const lines = [
      ...GUARDED,
      "applied 1795850000",
      "admitted ssh 198.51.100.7 290",
      "flows mosh 2001:db8::7 3600",
      "connections ssh 3",
      "refusals ssh 12",
      "entries alice ssh 2",
      "entries - ssh 1",
      "refused-port tcp 23 7",
      "refused-port udp 161 2",
      "blacklisted 4",
    ];
    expect(parse(lines)).toMatchObject({
      appliedAt: 1795850000,
      activity: {
        admissions: [{ service: "ssh", source: "198.51.100.7", secondsLeft: 290 }],
        flows: [{ service: "mosh", source: "2001:db8::7", secondsLeft: 3600 }],
        connections: [{ service: "ssh", count: 3 }],
        refusals: [{ service: "ssh", count: 12 }],
        entries: [
          { opener: "alice", service: "ssh", count: 2 },
          { service: "ssh", count: 1 },
        ],
        refusedPorts: [
          { protocol: "tcp", port: 23, count: 7 },
          { protocol: "udp", port: 161, count: 2 },
        ],
        blacklisted: 4,
      },
    });
  });

  it.each([
    `admitted ssh ${"9".repeat(65)} 1`,
    `admitted ssh 198.51.100.7 ${"9".repeat(11)}`,
    `connections ssh ${"9".repeat(21)}`,
    "refused-port sctp 22 1",
    "refused-port tcp 22 many",
    "blacklisted -1",
    "applied yesterday",
    `applied ${"9".repeat(12)}`,
  ])("rejects what no host script says: %s", (line) => {
    expect(parse([...GUARDED, line])).toBe(undefined);
  });

  it("tells which host script is installed", () => {
    for (const report of [GUARDED, UNGUARDED]) {
      expect(parse([...report, `script ${OBSERVED}`])).toEqual({ ...parse(report), script: OBSERVED });
    }
  });

  it("tells that nobody confirmed the last apply, so that the old rules are back", () => {
    expect(parse([...GUARDED, "rolled-back"])).toEqual({ ...parse(GUARDED), hasRolledBack: true });
  });

  it("tells what waits to be confirmed, and every finding in its words", () => {
    const lines = [
      ...replaced(GUARDED, "state", "state pending"),
      "finding set pk_open is missing",
      "finding the  boot file: changed",
    ];
    expect(parse(lines)).toMatchObject({
      isPending: true,
      findings: ["set pk_open is missing", "the  boot file: changed"],
    });
  });

  it("tells what other tables do, line by line as nft lists it", () => {
    const listing = ["table ip filter {", "\tchain INPUT {", "\t\ttcp dport 22  accept", "\t}", "}"];
    const lines = listing.map((line) => `other-table ${line}`);
    for (const report of [GUARDED, UNGUARDED]) {
      expect(parse([...report, ...lines])).toEqual({ ...parse(report), otherTables: listing.join("\n") });
    }
  });

  it("tells by whose window somebody is admitted, and for no longer than he is", () => {
    const lines = [
      ...GUARDED,
      "admitted ssh 198.51.100.7 290",
      "window alice ssh 198.51.100.7 300",
      "window - ssh 198.51.100.7 20",
      "window bob web 198.51.100.7 30",
    ];
    const source = "198.51.100.7";
    expect(parse(lines)?.deployer?.admissions).toEqual([
      { service: "ssh", source, secondsLeft: 290, opener: "alice" },
      { service: "ssh", source, secondsLeft: 20 },
      { service: "web", source, secondsLeft: 0, opener: "bob" },
    ]);
  });

  it("tells who is admitted", () => {
    const lines = [...GUARDED, "admitted ssh 198.51.100.7 290", "admitted web 2001:db8::7 0"];
    expect(parse(lines)?.deployer?.admissions).toEqual([
      { service: "ssh", source: "198.51.100.7", secondsLeft: 290 },
      { service: "web", source: "2001:db8::7", secondsLeft: 0 },
    ]);
  });

  it("may hold lines that a later version of the script adds, in any order, and an IPv6 deployer", () => {
    const lines = [
      ...replaced(GUARDED, "deployer", "deployer 2001:db8::7 2222"),
      "uptime 5",
      "",
      "admitted ssh x 9",
    ];
    const [version = "", ...rest] = lines;
    expect(parse([version, ...rest.toReversed()])).toMatchObject({
      kind: "guarded",
      deployer: { address: "2001:db8::7", port: 2222 },
    });
  });

  it("begins with its own first line, whatever a login printed, and ends with its last one", () => {
    const noise = [
      "\u001b[0mstate fine",
      "state unguarded",
      "portknock-status 1",
      "state guarded",
      "portknock-end",
      "",
    ];
    const end = "portknock-end\nstate unguarded\nlogout\n";
    expect(parseHostStatus(`${[...noise, ...GUARDED].join("\n")}\n${end}`)).toEqual(parse(GUARDED));
  });

  it("rejects a report that is cut off anywhere", () => {
    const text = `${[...GUARDED, "finding a", "portknock-end"].join("\n")}\n`;
    for (let length = 0; length < text.length - 1; length++) {
      expect(parseHostStatus(text.slice(0, length))).toBe(undefined);
    }
  });

  it("is quoted in short", () => {
    const findings = parse([...UNGUARDED, `finding ${"x".repeat(301)}`])?.findings;
    expect(findings).toEqual([`${"x".repeat(300)}…`]);
  });

  it.each([
    ["is empty", []],
    ["is a login banner", ["Welcome to web-1"]],
    ["has no version", replaced(GUARDED, "portknock-status")],
    ["has another version", replaced(GUARDED, "portknock-status", "portknock-status 2")],
    ["has two versions", [...GUARDED, "portknock-status 1"]],
    ["has no state", replaced(GUARDED, "state")],
    ["has an unknown state", replaced(GUARDED, "state", "state fine")],
    ["has no owner", replaced(GUARDED, "owner")],
    ["has two owners", [...GUARDED, "owner shop/dev/edge/web-2"]],
    ["has no token", replaced(GUARDED, "token")],
    ["has a marker that is more than a word", replaced(GUARDED, "marker", "marker x'; reboot; '")],
    ["has two markers", [...GUARDED, "marker x"]],
    ["has no observation", replaced(UNGUARDED, "observed")],
    ["has an observation of another form", replaced(UNGUARDED, "observed", `observed ${OBSERVED}; reboot`)],
    ["has a deployer without a port", [...UNGUARDED, "deployer x"]],
    ["has two states", [...GUARDED, "state unguarded"]],
    ["has two deployers", [...GUARDED, "deployer 192.0.2.1 22"]],
    ["is indented", UNGUARDED.map((line) => ` ${line}`)],
    ["has carriage returns", UNGUARDED.map((line) => `${line}\r`)],
  ])("rejects a text that %s", (_, lines) => {
    expect(parse(lines)).toBe(undefined);
  });

  it.each(["__proto__ 1", "constructor x", "toString x"])("is no other for a line %s", (line) => {
    expect(parse([...UNGUARDED, line])).toEqual(parse(UNGUARDED));
    expect(parse([line])).toBe(undefined);
  });

  it("is understood or not, and never fails, whatever the text", () => {
    const line = fc.oneof(
      fc.constantFrom(...GUARDED, ...UNGUARDED),
      fc.string(),
      fc.constantFrom("", " ", "state"),
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        expect(["guarded", "unguarded", undefined]).toContain(parse(lines)?.kind);
      }),
    );
  });
});
