import { describe, expect, it } from "vitest";
import { GUARD, inputChain, warningsOf } from "../support/otherTables";

const KEPT_OUT =
  "knocking does not open 22/tcp: chain INPUT of table inet filter lets nobody in there; accept these ports in it too";
const SILENT =
  'guarded ports answer with a reset, closed ones say nothing (chain INPUT of table inet filter), so that a scan tells them apart; set guardedAnswer to "drop"';

describe("closed ports", () => {
  const opens = "tcp dport 22 accept";
  const drop = { ...GUARD, guardedAnswer: "drop" };
  const differ = (ours: string, theirs: string, remedy: string): string =>
    `guarded ports ${ours}, closed ones ${theirs}, so that a scan tells them apart; ${remedy}`;

  it.each([
    ["say nothing", inputChain([opens]), drop],
    [
      "say nothing after a last rule",
      inputChain([opens, 'log prefix "no " drop'], { policy: "accept" }),
      drop,
    ],
    ["answer as the kernel does", inputChain([opens], { policy: "accept" }), GUARD],
    ["are reset", inputChain([opens, "meta l4proto tcp reject with tcp reset", "reject"]), GUARD],
    ["are somebody's business in user space", inputChain([opens, "queue to 0"]), GUARD],
  ])("are like guarded ones when both %s", (_, listing, policy) => {
    expect(warningsOf(listing, policy)).toEqual([]);
  });

  it("stand out when they say nothing and guarded ports answer", () => {
    expect(warningsOf(inputChain([opens]))).toEqual([SILENT]);
    expect(
      warningsOf(
        inputChain([opens, "jump last", "accept"], { policy: "accept" }).replace(
          /\}$/,
          "\tchain last {\n\t\tdrop\n\t}\n}",
        ),
      ),
    ).toEqual([SILENT]);
  });

  it("stand out when they answer and guarded ports say nothing", () => {
    const warning = differ("say nothing", "answer with a reset", 'set guardedAnswer to "reject"');
    expect(warningsOf("", drop)).toEqual([warning]);
    expect(
      warningsOf(
        inputChain([opens, "tcp dport 23 drop", "ct state invalid drop"], { policy: "accept" }),
        drop,
      ),
    ).toEqual([warning]);
  });

  it.each(["reject", "reject with icmpx type admin-prohibited", "reject with icmp host-prohibited"])(
    "stand out when they %s",
    (rule) => {
      const theirs = "answer with an ICMP error (chain INPUT of table inet filter)";
      const remedy = "let that chain reject with tcp reset, or drop, as guardedAnswer does";
      const listing = inputChain([opens, rule]);
      expect(warningsOf(listing)).toEqual([differ("answer with a reset", theirs, remedy)]);
      expect(warningsOf(listing, drop)).toEqual([differ("say nothing", theirs, remedy)]);
    },
  );

  it("are told apart by IPv4 and IPv6 where only one of them is filtered", () => {
    expect(warningsOf(inputChain([opens], { family: "ip6" }))).toEqual([
      differ(
        "answer with a reset over IPv6",
        "say nothing (chain INPUT of table ip6 filter)",
        'set guardedAnswer to "drop"',
      ),
    ]);
  });

  it("are answered as guarded ones under a baseline, where other tables may still keep a knocker out", () => {
    const listing = inputChain([]);
    expect(warningsOf(listing, { ...GUARD, baseline: {} })).toEqual([KEPT_OUT]);
    expect(warningsOf("", { ...drop, baseline: {} })).toEqual([]);
  });
});
