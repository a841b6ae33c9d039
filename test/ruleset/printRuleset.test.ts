import { describe, expect, it } from "vitest";
import { printRuleset } from "../../components/ruleset/printRuleset";
import type { Chain, NamedSet, Rule, Statement } from "../../components/ruleset/ruleset";

describe("a printed ruleset", () => {
  it("replaces the whole table in one transaction, and ends in a line break", () => {
    expect(printRuleset({ table: "door", sets: [set({ name: "pk_s" })], chains: [] })).toBe(
      "table inet door\ndelete table inet door\ntable inet door {\n\tset pk_s {\n\t\ttype ipv4_addr\n\t}\n}\n",
    );
  });

  it("has its sets before its chains, parted by empty lines without tabs", () => {
    const rules = [rule("all: go on", { kind: "accept" })];
    const chains = [chain("pk_a", rules), chain("pk_b", rules)];
    expect(printRuleset({ table: "door", sets: [set({ name: "pk_s" })], chains })).toBe(
      [
        "table inet door",
        "delete table inet door",
        "table inet door {",
        "\tset pk_s {",
        "\t\ttype ipv4_addr",
        "\t}",
        "",
        "\tchain pk_a {",
        '\t\taccept comment "all: go on"',
        "\t}",
        "",
        "\tchain pk_b {",
        '\t\taccept comment "all: go on"',
        "\t}",
        "}",
        "",
      ].join("\n"),
    );
  });
});

describe("a printed set", () => {
  it("has no line for elements, flags, size or timeout that it does not have", () => {
    expect(printSet({ name: "pk_s" })).toEqual(["set pk_s {", "\ttype ipv4_addr", "}"]);
  });

  it("has its lines in the order of nft's own listing", () => {
    const flags = ["dynamic", "timeout"] as const;
    expect(printSet({ name: "pk_s", flags, size: 65_536, timeoutSeconds: 90 })).toEqual([
      "set pk_s {",
      "\ttype ipv4_addr",
      "\tflags dynamic,timeout",
      "\tsize 65536",
      "\ttimeout 90s",
      "}",
    ]);
  });

  it("keeps one element on the line and gives several a line each", () => {
    expect(printSet({ name: "pk_s", elements: [{ key: ["192.0.2.1"] }] })).toEqual([
      "set pk_s {",
      "\ttype ipv4_addr",
      "\telements = { 192.0.2.1 }",
      "}",
    ]);
    expect(printSet({ name: "pk_s", elements: [{ key: ["192.0.2.1"] }, { key: ["192.0.2.2"] }] })).toEqual([
      "set pk_s {",
      "\ttype ipv4_addr",
      "\telements = {",
      "\t\t192.0.2.1,",
      "\t\t192.0.2.2",
      "\t}",
      "}",
    ]);
  });

  it("is a map when it has values: data, or verdicts", () => {
    const keyType = ["inet_proto", "inet_service"];
    const key = ["tcp", "8000-8099"];
    expect(
      printSet({
        name: "pk_m",
        keyType,
        valueType: "classid",
        flags: ["interval"],
        elements: [{ key, value: "1:2" }],
      }),
    ).toEqual([
      "map pk_m {",
      "\ttype inet_proto . inet_service : classid",
      "\tflags interval",
      "\telements = { tcp . 8000-8099 : 1:2 }",
      "}",
    ]);
    const elements = [
      { key, value: { kind: "goto", chain: "pk_done" } },
      { key: ["udp", "53"], value: { kind: "accept" } },
    ] as const;
    expect(printSet({ name: "pk_v", keyType, valueType: "verdict", elements })).toEqual([
      "map pk_v {",
      "\ttype inet_proto . inet_service : verdict",
      "\telements = {",
      "\t\ttcp . 8000-8099 : goto pk_done,",
      "\t\tudp . 53 : accept",
      "\t}",
      "}",
    ]);
  });
});

describe("a printed chain", () => {
  it("has a hook line only when it is a base chain", () => {
    const hook = { type: "filter", hook: "prerouting", priority: "mangle", policy: "accept" } as const;
    expect(printChain({ ...chain("pk_base", [rule("all: go on", { kind: "accept" })]), hook })).toEqual([
      "chain pk_base {",
      "\ttype filter hook prerouting priority mangle; policy accept;",
      '\taccept comment "all: go on"',
      "}",
    ]);
  });

  const key = ["ip saddr", "meta priority"];
  const statements: readonly (readonly [string, Statement])[] = [
    ["accept", { kind: "accept" }],
    ["return", { kind: "return" }],
    ["goto pk_done", { kind: "goto", chain: "pk_done" }],
    ["jump pk_done", { kind: "jump", chain: "pk_done" }],
    ["limit rate 5/second burst 10 packets", { kind: "limit", rate: "5/second burst 10 packets" }],
    ['log prefix "door: ssh " level info', { kind: "log", prefix: "door: ssh " }],
    ["ip saddr != @pk_s", { kind: "inSet", key: ["ip saddr"], set: "pk_s", isNegated: true }],
    ["ct state established", { kind: "match", key: ["ct state"], operand: "established" }],
    ["meta priority != 0:0", { kind: "match", key: ["meta priority"], operator: "!=", operand: "0:0" }],
    ["ip saddr . meta priority @pk_s", { kind: "inSet", key, set: "pk_s" }],
    ["ip saddr . meta priority vmap @pk_m", { kind: "lookUpVerdict", key, map: "pk_m" }],
    [
      "meta l4proto vmap { tcp : goto pk_tcp, udp : return }",
      {
        kind: "dispatch",
        key: ["meta l4proto"],
        cases: [
          { when: "tcp", verdict: { kind: "goto", chain: "pk_tcp" } },
          { when: "udp", verdict: { kind: "return" } },
        ],
      },
    ],
    [
      "meta priority set 0:0",
      { kind: "assign", target: "meta priority", source: { kind: "constant", value: "0:0" } },
    ],
    [
      "meta priority set ip saddr map @pk_m",
      { kind: "assign", target: "meta priority", source: { kind: "lookUp", key: ["ip saddr"], map: "pk_m" } },
    ],
    [
      "update @pk_s { ip saddr timeout 2m : meta priority }",
      {
        kind: "update",
        set: "pk_s",
        element: { key: ["ip saddr"], timeoutSeconds: 120, value: "meta priority" },
      },
    ],
    [
      "update @pk_s { ip saddr limit rate over 5/second }",
      { kind: "update", set: "pk_s", element: { key: ["ip saddr"], rateOver: "5/second" } },
    ],
    [
      "update @pk_s { ip saddr counter }",
      { kind: "update", set: "pk_s", element: { key: ["ip saddr"], isCounted: true } },
    ],
    [
      "delete @pk_s { ip saddr : 0:0 }",
      { kind: "delete", set: "pk_s", element: { key: ["ip saddr"], value: "0:0" } },
    ],
    ["reject with tcp reset", { kind: "reject", with: "tcp reset" }],
  ];
  it.each(statements)("has a statement %s", (text, statement) => {
    expect(printChain(chain("pk_c", [rule("one: comment", statement)]))).toEqual([
      "chain pk_c {",
      `\t${text} comment "one: comment"`,
      "}",
    ]);
  });

  it("has the statements of a rule in their order, the comment last", () => {
    const both = rule("two: comment", { kind: "inSet", key: ["ip saddr"], set: "pk_s" }, { kind: "accept" });
    expect(printChain(chain("pk_c", [both]))).toEqual([
      "chain pk_c {",
      '\tip saddr @pk_s accept comment "two: comment"',
      "}",
    ]);
  });
});

function set(given: Partial<NamedSet> & Pick<NamedSet, "name">): NamedSet {
  return { keyType: ["ipv4_addr"], flags: [], elements: [], ...given };
}

function chain(name: string, rules: readonly Rule[] = []): Chain {
  return { name, rules };
}

function rule(comment: string, ...statements: readonly Statement[]): Rule {
  return { comment, statements };
}

function printSet(given: Partial<NamedSet> & Pick<NamedSet, "name">): readonly string[] {
  return linesInTable(printRuleset({ table: "door", sets: [set(given)], chains: [] }));
}

function printChain(given: Chain): readonly string[] {
  return linesInTable(printRuleset({ table: "door", sets: [], chains: [given] }));
}

/** The lines of the table's body, moved one tab to the left. */
function linesInTable(text: string): readonly string[] {
  return text
    .split("\n")
    .slice(3, -2)
    .map((line) => line.replace(/^\t/, ""));
}
