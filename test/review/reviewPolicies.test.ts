import { describe, expect, it } from "vitest";
import type { SequenceId } from "../../components/policy/sequenceId";
import { parsePolicy } from "../../components/policy/written/parsePolicy";
import { printReview } from "../../components/review/printReview";
import type { Review } from "../../components/review/reviewPolicies";
import { compilePolicy } from "../../components/ruleset/compilePolicy";
import { printRuleset } from "../../components/ruleset/printRuleset";
import { reviewOf, type Written } from "../support/reviewOf";

const SSH = { ports: ["22"], sequence: "7000,8000/udp,9001" };
const WEB = { ports: ["8443"], sequence: "7000,5000,6001" };

function review(before: Written, after: Written): Review {
  return reviewOf({ services: { ssh: SSH }, ...before }, { services: { ssh: SSH }, ...after });
}

/** The changes in short: `ssh access: opens up`. */
function changed(before: Written, after: Written): readonly string[] {
  return review(before, after).changes.map(
    ({ subject, what, direction }) => `${subject} ${what}: ${direction}`,
  );
}

const ssh = (fields: Written): Written => ({ services: { ssh: { ...SSH, ...fields } } });
const baseline = (fields: Written): Written => ({ openPorts: ["80"], baseline: fields });

describe("what a review calls opening up and closing down", () => {
  // What opens up in one direction closes down in the other.
  it.each<readonly [string, Written, Written, string]>([
    ["once → window", ssh({ access: "once" }), ssh({}), "ssh access"],
    ["a longer access window", ssh({}), ssh({ accessWindow: "1h" }), "ssh accessWindow"],
    ["a longer knock timeout", ssh({}), ssh({ knockTimeout: "20s" }), "ssh knockTimeout"],
    ["fewer knocks", ssh({}), ssh({ sequence: "7000,8000/udp" }), "ssh knocks"],
    ["a port that is not guarded any more", ssh({ ports: ["22", "2200"] }), ssh({}), "ssh ports"],
    [
      "an allowed network",
      { allow: ["10.1.0.0/16"] },
      { allow: ["10.1.0.0/16", "10.2.0.0/16"] },
      "all services allow",
    ],
    ["a wider allowed network", { allow: ["10.1.0.0/16"] }, { allow: ["10.0.0.0/8"] }, "all services allow"],
    ["a wider identity", {}, { identity: { ipv4Prefix: 24 } }, "all services identity.ipv4Prefix"],
    ["an open port", baseline({}), { openPorts: ["80-81"], baseline: {} }, "all services openPorts"],
    [
      "a port open to some",
      baseline({}),
      baseline({ openPortsFrom: [{ ports: ["5432"], from: ["10.0.0.0/8"] }] }),
      "baseline openPortsFrom",
    ],
    ["forwarding", baseline({}), baseline({ forward: "accept" }), "baseline forward"],
    ["a shorter blacklist", baseline({}), baseline({ blacklistTime: "1m" }), "baseline blacklistTime"],
    ["a trap less", baseline({ traps: ["23-25"] }), baseline({ traps: ["23"] }), "baseline traps"],
    ["more SYNs", baseline({}), baseline({ synsPerSecond: 100 }), "baseline synsPerSecond"],
    ["pings of everybody", baseline({ ping: { from: ["10.0.0.0/8"] } }), baseline({}), "baseline ping.from"],
    [
      "a network that is no martian",
      baseline({}),
      baseline({ exceptNetworks: ["10.0.0.0/8"] }),
      "baseline exceptNetworks",
    ],
    ["a service that is not guarded any more", { services: { ssh: SSH, web: WEB } }, {}, "web "],
  ])("%s opens up, and the other way round closes down", (_, narrow, wide, what) => {
    const opened = changed(narrow, wide);
    const closed = changed(wide, narrow);
    expect(opened).toHaveLength(1);
    expect([opened[0]?.startsWith(what), opened[0]?.endsWith(": opens up")]).toEqual([true, true]);
    expect(closed.map((line) => line.endsWith(": closes down"))).toEqual([true]);
  });

  it("calls a service that a baseline closed before an opening", () => {
    const after = { ...baseline({}), services: { ssh: SSH, web: WEB } };
    expect(changed(baseline({}), after)).toEqual(["web new service: opens up"]);
  });

  it("calls a service whose port was open to everybody a closing", () => {
    const before = { openPorts: ["80", "8443"], baseline: {} };
    const after = { ...baseline({}), services: { ssh: SSH, web: WEB } };
    expect(changed(before, after)).toEqual([
      "web new service: closes down",
      "all services openPorts: closes down",
    ]);
  });

  const ROTATED: Readonly<Record<SequenceId["kind"], readonly [Written, Written, object]>> = {
    admit: [
      ssh({}),
      ssh({ sequence: "7000,8000/udp,9002" }),
      {
        subject: "ssh",
        what: "sequence",
        meaning: "rotated: the old sequence opens nothing and open windows close; tell the people who knock",
      },
    ],
    close: [
      ssh({ closeSequence: "4001,5701" }),
      ssh({ closeSequence: "4001,5702" }),
      { subject: "ssh", what: "closeSequence", meaning: "rotated: tell the people who use it" },
    ],
    unban: [
      baseline({ unbanSequence: "4001,5701" }),
      baseline({ unbanSequence: "4001,5702" }),
      { subject: "baseline", what: "unbanSequence", meaning: "rotated: tell the people who use it" },
    ],
  };

  it.each(Object.entries(ROTATED))("calls a rotated sequence neither: %s", (_, [before, after, words]) => {
    expect(review(before, after).changes).toEqual([
      { before: "secret", after: "another secret", direction: "changes", ...words },
    ]);
  });

  describe("of a sequence that is another's now", () => {
    const OLD = "7300,8400,9511";
    const knockers = (all: Written, ofSsh: Written = { ports: ["22"] }, fields: Written = {}): Written => ({
      services: { ssh: ofSsh, web: WEB },
      knockers: { zoe: { services: ["ssh"], sequence: "5301,6402,7513" }, ...all },
      ...fields,
    });
    const bob = { services: ["ssh"], sequence: OLD };
    const ended = { ...bob, until: "2020-01-01T00:00:00Z" };

    it.each([
      [
        "a new knocker who may do the same",
        knockers({ bob }),
        knockers({ carol: bob }),
        "knocker carol new knocker: changes",
      ],
      [
        "a new knocker without the end of the old one",
        knockers({ bob: ended }),
        knockers({ carol: bob }),
        "knocker carol new knocker: opens up",
      ],
      [
        "a new knocker whom it takes off the blacklist",
        knockers({ bob }, undefined, { baseline: {} }),
        knockers({ carol: { ...bob, unban: true } }, undefined, { baseline: {} }),
        "knocker carol new knocker: opens up",
      ],
      [
        "a new knocker who may knock slower",
        knockers({ bob }),
        knockers({ carol: { ...bob, knockTimeout: "5m" } }),
        "knocker carol new knocker: opens up",
      ],
      [
        "the service itself",
        knockers({ bob: ended }),
        knockers({}, { ports: ["22"], sequence: OLD }),
        "ssh knocks: opens up",
      ],
      [
        "a knocker who had another one",
        knockers({ bob: ended, carol: { services: ["ssh"], sequence: "4301,5402,6513" } }),
        knockers({ carol: bob }),
        "knocker carol sequence: opens up",
      ],
    ])("says what becomes of it: %s", (_, before, after, expected) => {
      expect(changed(before, after)).toContain(expected);
    });
  });

  it("takes a service that is called unban for no sequence off the blacklist", () => {
    const named = (sequence: string): Written => ({ services: { ssh: SSH, unban: { ...WEB, sequence } } });
    expect(changed(named("7000,5000,6001"), named("7000,5000,6002"))).toEqual(["unban sequence: changes"]);
  });

  it("calls the parts of a new baseline neither, and the baseline itself a closing", () => {
    const directions = new Map(
      review({ openPorts: ["80"] }, baseline({ traps: ["23"] })).changes.map((change) => [
        change.what,
        change.direction,
      ]),
    );
    expect([directions.get("profile"), directions.get("traps")]).toEqual(["closes down", "changes"]);
  });

  it("sees nothing where a policy is written in another order", () => {
    const two = { services: { ssh: SSH, web: WEB }, allow: ["10.0.0.0/8", "fd00::/8"] };
    const turned = { services: { web: WEB, ssh: SSH }, allow: ["fd00::/8", "10.0.0.0/8"] };
    expect(printReview(review(two, turned)).split("\n### ")[0]).toBe(
      "## Firewall review\n\n**Nothing changes.**\n",
    );
  });
});

describe("an IPv6 address in capitals", () => {
  const written = (as: (text: string) => string): Written => ({
    services: { ssh: SSH },
    allow: ["2001:db8:abcd::/48", "2001:db8::beef"].map(as),
    openPorts: ["80"],
    baseline: {
      exceptNetworks: ["fd00::/8"].map(as),
      openPortsFrom: [{ ports: ["5432"], from: ["fd00:cafe::/32"].map(as) }],
      ping: { from: ["2001:db8::/32"].map(as) },
    },
  });
  const [small, capital] = [written((text) => text), written((text) => text.toUpperCase())];

  it("is no change", () => {
    expect(printReview(reviewOf(small, capital))).toBe("## Firewall review\n\n**Nothing changes.**\n");
  });

  it("makes the same rules", () => {
    const [lines, others] = [small, capital].map((policy) =>
      printRuleset(compilePolicy(parsePolicy(policy))),
    );
    expect(others).toBe(lines);
  });
});

describe("lock-out risks", () => {
  it.each<readonly [string, Written, Written, readonly string[]]>([
    [
      "an allowed network that goes",
      { allow: ["10.0.0.0/8"] },
      {},
      ["10.0.0.0/8 leaves allow while ssh guards 22/tcp: who connects from there must knock"],
    ],
    [
      "a rotated sequence of SSH",
      {},
      ssh({ sequence: "7000,8000/udp,9002" }),
      ["22/tcp opens to another sequence: hand it out before this is applied"],
    ],
    [
      "SSH that becomes guarded",
      { services: { web: WEB } },
      { services: { ssh: SSH }, allow: ["10.0.0.0/8"] },
      ["22/tcp becomes guarded by ssh: only 10.0.0.0/8 and who knocks gets in"],
    ],
    [
      "SSH that becomes closed",
      { services: { web: WEB }, openPorts: ["22"], baseline: {} },
      { services: { web: WEB }, baseline: {} },
      ["22/tcp becomes closed to everybody: nobody gets in over SSH, Pulumi neither"],
    ],
    [
      "a network that is a martian again",
      baseline({ exceptNetworks: ["10.0.0.0/8"] }),
      baseline({}),
      ["10.0.0.0/8 is a martian again: who comes from there is dropped, but for guarded ports"],
    ],
    [
      "SSH that becomes open to some",
      { services: { web: WEB }, openPorts: ["22"], baseline: {} },
      { services: { web: WEB }, baseline: { openPortsFrom: [{ ports: ["22"], from: ["8.8.8.8"] }] } },
      ["22/tcp is open to 8.8.8.8/32 only"],
    ],
    [
      "a baseline that is new",
      {},
      baseline({}),
      ["the new baseline drops private networks that neither allow nor baseline.exceptNetworks has"],
    ],
    ["nothing, for a service beside SSH", {}, { services: { ssh: SSH, web: WEB } }, []],
  ])("name %s", (_, before, after, risks) => {
    expect(review(before, after).lockOutRisks).toEqual(risks);
  });
});

describe("the printed review", () => {
  const wider = { accessWindow: "1h" };
  const harder = { access: "once" };

  it.each<readonly [string, Written, Written]>([
    ["Nothing changes.", ssh({}), ssh({})],
    ["1 change.", {}, { rollbackTimeout: "2m" }],
    ["1 change, 1 opens up.", ssh({}), ssh(wider)],
    ["1 change, 1 closes down.", ssh({}), ssh(harder)],
    ["2 changes, 1 opens up, 1 closes down.", ssh({}), ssh({ ...wider, ...harder })],
    ["2 changes, 2 open up.", ssh({}), ssh({ ...wider, knockTimeout: "9s" })],
  ])("begins with a summary: %s", (summary, before, after) => {
    expect(printReview(review(before, after)).split("\n")[2]).toBe(`**${summary}**`);
  });

  it("has a summary, a table by service, the risks and a picture, and no port of a sequence", () => {
    const text = printReview(
      review(
        { services: { ssh: SSH, web: WEB }, allow: ["198.51.100.7"] },
        { services: { ssh: { ...SSH, sequence: "7000,8000/udp,9002", access: "once" }, web: WEB } },
      ),
    );
    expect(text).toBe(`## Firewall review

**3 changes, 2 close down, 2 lock-out risks.**

|  | what | before | after |  | in words |
| --- | --- | --- | --- | --- | --- |
| **ssh** | access | \`window\` | \`once\` | 🔒 closes down | one sequence opens one connection |
|  | sequence | \`secret\` | \`another secret\` | changes | rotated: the old sequence opens nothing and open windows close; tell the people who knock |
| **all services** | allow | \`198.51.100.7/32\` |  | 🔒 closes down | 198.51.100.7/32: has to knock from now on |

### Lock-out risks

- 198.51.100.7/32 leaves allow while ssh guards 22/tcp: who connects from there must knock
- 22/tcp opens to another sequence: hand it out before this is applied

### Knocking

\`\`\`mermaid
flowchart LR
  start(("start"))
  stage1["ssh, web: 1 knock"]
  stage2["ssh: 2 knocks"]
  stage3(["ssh: one connection within 10s"])
  stage4["web: 2 knocks"]
  stage5(["web: admitted for 10s"])
  start -->|"knock 1, tcp"| stage1
  stage1 -. "wrong, or 5s" .-> start
  stage1 -->|"knock 2, udp"| stage2
  stage2 -. "wrong, or 5s" .-> start
  stage2 -->|"knock 3, tcp"| stage3
  stage1 -->|"knock 2, tcp"| stage4
  stage4 -. "wrong, or 5s" .-> start
  stage4 -->|"knock 3, tcp"| stage5
\`\`\`
`);
  });
});
