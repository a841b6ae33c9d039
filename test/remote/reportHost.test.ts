import { describe, expect, it } from "vitest";
import { reportHost } from "../../components/remote/reportHost";
import { NO_ACTIVITY } from "../../components/status/activity";
import { GUARDED_STATUS } from "../support/guardedStatus";

const APPLIED = { token: GUARDED_STATUS.token, owner: GUARDED_STATUS.owner, marker: GUARDED_STATUS.marker };
const NOW = 1795850000;

const report = (changes: Partial<typeof GUARDED_STATUS>, applied: typeof APPLIED | null = APPLIED) =>
  reportHost(
    "web-1",
    { kind: "answered", status: { ...GUARDED_STATUS, ...changes } },
    applied ?? undefined,
    NOW,
  );
const findings = (...args: Parameters<typeof report>): readonly string[] | undefined => {
  const host = report(...args);
  return host.kind === "answered" ? host.findings : undefined;
};

describe("a host's report", () => {
  it("is in sync with what the state says, and without one with its own record", () => {
    for (const applied of [APPLIED, null]) {
      expect(report({}, applied)).toEqual({
        kind: "answered",
        name: "web-1",
        findings: [],
        warnings: [],
        rules: { owner: "shop/dev/edge/web-1", appliedAt: 1795850000 },
        activity: NO_ACTIVITY,
      });
    }
  });

  it.each([
    ["other rules", { token: "token-2" }, ["its rules are not those that the stack applied last"]],
    [
      "another apply of the same rules",
      { marker: "other" },
      ["its rules were applied by an update that the stack's state does not know of"],
    ],
    [
      "another owner",
      { owner: "shop/dev/edge/web-2", token: "token-2" },
      ["it is guarded by shop/dev/edge/web-2"],
    ],
    [
      "a rollback",
      { hasRolledBack: true, token: "token-2" },
      ["it put its old rules back: nobody confirmed those that came last"],
    ],
  ])("says what differs from the state: %s", (_, changes, words) => {
    expect(findings(changes)).toEqual(words);
  });

  it.each([
    [{ isPending: true }, "its rules are not confirmed yet, and it puts its old ones back if nobody does"],
    [{ hasRolledBack: true }, "it put its old rules back: nobody confirmed those that came last"],
    [{ findings: ["the boot file\twas changed"] }, "the boot file was changed"],
  ])("says what differs from its own record: %j", (changes, words) => {
    expect(findings(changes, null)).toEqual([words]);
    expect(findings({ ...changes, token: "token-2" }, null)).toEqual([words]);
  });

  it("of one that nobody guards says that, and what else there is", () => {
    const { observed, script, deployer, otherTables, warnings } = GUARDED_STATUS;
    const status = {
      kind: "unguarded",
      observed,
      script,
      deployer,
      otherTables,
      warnings,
      findings: ["the table stands without our records of it"],
    } as const;
    expect(reportHost("web-1", { kind: "answered", status }, APPLIED, NOW)).toMatchObject({
      findings: ["it carries none of our rules", "the table stands without our records of it"],
      rules: undefined,
    });
  });

  it("warns of tokens that run out", () => {
    const tokens = { clock: NOW, filled: [{ knocker: "alice", fingerprint: "0", from: NOW - 1, to: 0 }] };
    const deployer = { address: "198.51.100.7", port: 22, admissions: [], tokens };
    expect(report({ deployer })).toMatchObject({
      findings: [],
      warnings: ["it has no tokens of alice: see there why portknock-tokens.timer does not run"],
    });
  });

  it("cuts a long name of an owner short", () => {
    expect(findings({ owner: "x".repeat(1000) })).toEqual([`it is guarded by ${"x".repeat(300)}…`]);
  });

  it.each([
    [
      { kind: "unchecked", reason: "refused the connection", isReached: false } as const,
      "refused the connection",
    ],
    [
      { kind: "unfit", reason: "nft is missing; install it" } as const,
      "gave no report: nft is missing; install it",
    ],
  ])("says why there is none", (result, reason) => {
    expect(reportHost("web-1", result, APPLIED, NOW)).toEqual({ kind: "unanswered", name: "web-1", reason });
  });
});
