import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { besideRecorded, linesOf, RECORDED_VERSIONS, recordedFile } from "../support/recordedListings";
import { dashProblem } from "../support/sourcedScript";

/** What a report reads at its begin. */
const LISTED = "tables=$(list_tables); listing=$(list_table)";
const LOST = "pk_advance_5s, advance: wait for the next knock, IPv4";

const problem = dashProblem();
if (problem !== undefined) console.warn(`skipped: the host script beside recorded listings: ${problem}`);

describe.skipIf(problem !== undefined).each(RECORDED_VERSIONS)("what nft %s prints", (version) => {
  const call = (recorded: string, calls: string, files: Readonly<Record<string, string>> = {}) =>
    besideRecorded(recordedFile(version, recorded), calls, files);
  const lines = (...parameters: Parameters<typeof call>): readonly string[] => linesOf(call(...parameters));

  it.each(["flows", "baseline-full"])("is kept without what packets write: %s", (name) => {
    const recorded = readFileSync(recordedFile(version, name), "utf8");
    const [, listed = ""] = /^\$ nft -s list table inet portknock\n([^$]*)/m.exec(recorded) ?? [];
    const kept = listed.split("\n\t}\n").map((block) => {
      const counted = block.replaceAll(/[ \t]*# count \d+$/gm, "");
      return /flags .*dynamic/.test(block) ? counted.replace(/\n\t\telements = \{[^}]*\}/, "") : counted;
    });
    expect(listed).toContain("192.0.2.");
    expect(call(name, "list_table")).toBe(kept.join("\n\t}\n"));
  });

  it("has drifted where somebody changed it, and not where packets wrote", () => {
    const applied = {
      "/run/flows/nft-version": `${version}\n`,
      "/run/flows/listing": call("flows", "list_table"),
    };
    const found = (recorded: string) =>
      lines(recorded, `nft_version=${version}; ${LISTED}; table_findings /run/flows`, applied);
    expect(found("flows")).toEqual([]);
    expect(found("unguarded")).toEqual(["the table is missing"]);
    expect(found("tampered")).toEqual([
      "counter hits is not ours",
      "set friends is not ours",
      "map ways is not ours",
      "chain back is not ours",
      'chain pk_connect: the rule "connect: count" is missing or was changed',
      'chain pk_connect: the rule "connect: a flow to keep" is missing or was changed',
      'chain pk_connect: the rule "connect: an untracked session to keep" is missing or was changed',
      'chain pk_connect: the rule "connect: goes on" is missing or was changed',
      "set pk_named was changed",
      "map pk_guarded was changed",
      "set pk_flow_ports was changed",
      "map pk_moves was changed",
      "chain pk_done: has a rule that is not ours",
      "chain pk_guard: has a rule that is not ours",
    ]);
  });

  it("is compared with what an upgraded nft prints of the rules, and tells what that one loses", () => {
    const upgraded = { "/run/lossy/nft-version": "0.9.7\n", "/run/lossy/listing": "" };
    expect(
      lines("timeouts", `nft_version=${version}; ${LISTED}; table_findings /run/lossy`, upgraded),
    ).toEqual(version === "0.9.8" ? [`nft 0.9.8 loses timeouts on their way to the kernel: ${LOST}`] : []);
  });

  it("shows whether the kernel holds the timeouts that the rules ask for", () => {
    const lost = (recorded: string, name: string) =>
      lines(recorded, `nft -s list table inet portknock | lost_timeouts /run/${name}/ruleset.nft`);
    expect(lost("flows", "flows")).toEqual([]);
    expect(lost("baseline-full", "full")).toEqual([]);
    expect(lost("timeouts", "minimal")).toEqual([]);
    expect(lost("timeouts", "lossy")).toEqual(version === "0.9.8" ? [LOST] : []);
    expect(lost("flows", "full")).toEqual(["pk_syns4"]);
  });

  it.each([
    ["syntax", "line 3: No symbol type information"],
    ["missing", "line 3: Could not process rule: No such file or directory"],
    ["range", "line 4: Service out of range"],
  ])("is quoted without a number when it refuses rules: %s", (name, quoted) => {
    const refusal = `complaint=$(nft -f /mnt/refused.${name}.nft 2>&1); reason`;
    expect(lines(`refused.${name}`, refusal)).toEqual([quoted]);
  });

  it("tells which tables stand", () => {
    const stand = (recorded: string) =>
      lines(recorded, "for t in portknock portknoc portknock_overlap; do stands $t; echo $?; done");
    expect(stand("flows")).toEqual(["0", "1", "1"]);
    expect(stand("unguarded")).toEqual(["1", "1", "1"]);
    expect(stand("neighbours")).toEqual(["1", "1", "0"]);
    expect(stand("version")).toEqual(["2", "2", "2"]);
  });

  it("tells its version, and whether that is too old", () => {
    expect(lines("version", "preflight; echo $nft_version")).toEqual([version]);
    const check = (other: string) =>
      lines("version", `nft() { echo 'nftables v${other} (Topsy)'; }; preflight; echo $nft_version`);
    const refusal = (old: string) => [
      `portknock: nft ${old} is too old; upgrade the package nftables to 0.9.8 or newer`,
    ];
    for (const old of ["0.5", "0.8.3", "0.9", "0.9.0", "0.9.7"]) expect(check(old)).toEqual(refusal(old));
    for (const new_ of ["0.9.8", "0.9.9", "1.0", "1.0.6", "1.1.10", "10.0.1"])
      expect(check(new_)).toEqual([new_]);
  });

  it("tells other tables that filter what comes in, in what decides", () => {
    const reject = version === "0.9.8" ? "reject" : "reject with icmp port-unreachable";
    const syn =
      version === "1.0.6" ? "tcp flags syn / fin,syn,rst,ack" : "tcp flags & (fin | syn | rst | ack) == syn";
    const burst = version === "1.1.3" ? " burst 5 packets" : "";
    expect(lines("neighbours", `${LISTED}; other_tables`)).toEqual([
      "table inet f2b-table {",
      "\t}",
      "\tchain f2b-chain {",
      "\t\ttype filter hook input priority filter - 1; policy accept;",
      `\t\ttcp dport 22 ip saddr @addr-set-sshd ${reject}`,
      "\t\tct state established,related counter accept",
      `\t\t${syn} limit rate 5/second${burst} log prefix "accept "`,
      "\t\ttcp dport vmap { 80 : accept, 81 : drop }",
      "\t}",
    ]);
  });

  it("tells that rules of an iptables cannot be shown whole", () => {
    expect(
      lines("iptables", `${LISTED}; other_tables 2>/dev/null`).filter((line) => line === "incomplete"),
    ).not.toEqual([]);
    expect(
      lines("neighbours", `${LISTED}; other_tables`, { "/proc/net/ip_tables_names": "filter\n" }).slice(0, 2),
    ).toEqual(["incomplete", "table inet f2b-table {"]);
  });

  it("makes room for a copy of the rules that guards under another name", () => {
    const copy = (recorded: string) =>
      call(recorded, 'load_overlap /run/minimal/ruleset.nft; printf "%s" "$complaint"').split("\n");
    expect(copy("flows").filter((line) => line.includes("table"))).toEqual([
      "table inet portknock_overlap",
      "delete table inet portknock_overlap",
      "table inet portknock_overlap {",
    ]);
    expect(copy("unguarded")).toEqual([""]);
  });
});
