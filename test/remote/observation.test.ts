import { describe, expect, it } from "vitest";
import { observe, UNPROBED } from "../../components/remote/observation";
import { GUARDED_STATUS } from "../support/guardedStatus";

const OBSERVED = GUARDED_STATUS.observed;
const NEW_MARKER = "0123456789ab";
const DESIRED = { token: GUARDED_STATUS.token, owner: GUARDED_STATUS.owner };

const guarded = (changes: Partial<typeof GUARDED_STATUS>) =>
  observe({ kind: "answered", status: { ...GUARDED_STATUS, ...changes } }, DESIRED);

describe("a host", () => {
  it("is in sync with what was applied and confirmed, and keeps its marker", () => {
    expect(guarded({})).toEqual({ kind: "inSync", marker: "old-marker" });
  });

  it("is unguarded with a new marker when it guards nothing", () => {
    const status = {
      kind: "unguarded",
      observed: OBSERVED,
      script: undefined,
      deployer: undefined,
      otherTables: "",
      warnings: [],
      findings: ["a"],
    } as const;
    expect(observe({ kind: "answered", status }, DESIRED)).toEqual({
      kind: "unguarded",
      marker: NEW_MARKER,
      findings: ["a"],
    });
  });

  const behind = { kind: "behind", marker: NEW_MARKER, hasRolledBack: false, findings: [] };
  it.each<[string, Partial<typeof GUARDED_STATUS>, object]>([
    ["has other rules", { token: "token-2" }, behind],
    ["waits to be confirmed", { isPending: true }, behind],
    ["drifted", { findings: ["the table is missing"] }, { ...behind, findings: ["the table is missing"] }],
    [
      "has other rules and drifted",
      { token: "token-2", findings: ["a", "b"] },
      { ...behind, findings: ["a", "b"] },
    ],
    ["put its old rules back", { token: "token-2", hasRolledBack: true }, { ...behind, hasRolledBack: true }],
  ])("is behind with a new marker when it %s", (_, changes, observation) => {
    expect(guarded(changes)).toEqual(observation);
  });

  it.each(["shop/dev/edge2/web-1", "shop/prod/edge/web-1", "blog/dev/edge/web-1", "", "shop/dev/edge"])(
    "belongs to another owner %j, drifted or not",
    (owner) => {
      const other = { kind: "otherOwner", marker: NEW_MARKER, owner };
      expect(guarded({ owner })).toEqual(other);
      expect(guarded({ owner, token: "token-2", isPending: true, findings: ["a"] })).toEqual(other);
    },
  );

  it("is the component's own under another of its host names", () => {
    expect(guarded({ owner: "shop/dev/edge/web-2", token: "token-2" })).toEqual(behind);
  });

  it("is unfit when it answered and cannot be guarded", () => {
    const unfit = { kind: "unfit", reason: "nft is missing" } as const;
    expect(observe(unfit, DESIRED)).toEqual(unfit);
  });

  it("is unchecked with the reason when it did not answer, and without one when nobody asked", () => {
    expect(observe({ kind: "unchecked", reason: "cannot be reached", isReached: false }, DESIRED)).toEqual({
      kind: "unchecked",
      reason: "cannot be reached",
    });
    expect(UNPROBED).toEqual({ kind: "unchecked", reason: undefined });
  });
});
