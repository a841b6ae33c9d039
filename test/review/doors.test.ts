import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { explainPacket } from "../../components/explain/explainPacket";
import { hostPolicies } from "../../components/policy/hostPolicy";
import { contains, parseNetwork } from "../../components/policy/network";
import type { Policy } from "../../components/policy/policy";
import { overlaps, parsePortRange } from "../../components/policy/portRange";
import { tryParsePolicy } from "../../components/policy/written/parsePolicy";
import type { ReviewedChange } from "../../components/review/change";
import type { Review } from "../../components/review/reviewPolicies";
import {
  DOORS,
  FLEET_HOSTS,
  FLEET_PAIRS,
  POLICY_PAIRS,
  type PolicyPair,
  SOURCES,
} from "../support/policyPairs";
import { reviewOf } from "../support/reviewOf";

type Door = (typeof DOORS)[number];

const isThrough = (policy: Policy, address: string, door: Door): boolean =>
  ["accepted", "left alone"].includes(explainPacket(policy, { address, ...door }).fate);

interface Crossing {
  readonly address: string;
  readonly door: Door;
}

/** From where a packet comes through now and did not, or the other way round. */
function crossings(from: Policy, to: Policy, doors: readonly Door[]): readonly Crossing[] {
  return doors.flatMap((door) =>
    SOURCES.filter((address) => !isThrough(from, address, door) && isThrough(to, address, door)).map(
      (address) => ({ address, door }),
    ),
  );
}

/** Whether a line speaks of that port or of that source, or of all of them. */
function isAbout({ what, before, after, meaning }: ReviewedChange, { address, door }: Crossing): boolean {
  const words = `${before} ${after} ${meaning}`.split(" ").map((word) => word.replace(/[,:;]+$/, ""));
  const networks = words.flatMap((word) => {
    const parsed = word.includes("/") ? parseNetwork(word) : undefined;
    return parsed?.kind === "value" ? [parsed.value] : [];
  });
  const ports = words.flatMap((word) => {
    const parsed = word.includes("/") ? parsePortRange(word) : undefined;
    return parsed?.kind === "value" ? [parsed.value] : [];
  });
  const { protocol, port } = door;
  return (
    what === "profile" ||
    contains(networks, address) ||
    ports.some((range) => overlaps(range, { protocol, from: port, to: port }))
  );
}

type Claim = (review: Review, before: Policy, after: Policy) => void;

function everyReview(pairs: fc.Arbitrary<PolicyPair>, hosts: readonly string[], claim: Claim): void {
  fc.assert(
    fc.property(pairs, (pair) => {
      const [before, after] = [tryParsePolicy(pair.before), tryParsePolicy(pair.after)];
      fc.pre(before.kind === "value" && after.kind === "value");
      if (before.kind !== "value" || after.kind !== "value") return;
      const review = reviewOf({ ...pair.before }, { ...pair.after });
      const [old, now] = [hostPolicies(before.policy), hostPolicies(after.policy)];
      for (const host of hosts) {
        claim(review, old(host).policy, now(host).policy);
      }
    }),
    { numRuns: 500 },
  );
}

describe.each([
  { of: "policies", pairs: POLICY_PAIRS, hosts: [""] },
  { of: "fleets whose hosts differ", pairs: FLEET_PAIRS, hosts: FLEET_HOSTS },
])("a review of $of", ({ pairs, hosts }) => {
  it("has a line that opens up, about that port or source, wherever a packet comes through that did not", () => {
    everyReview(pairs, hosts, ({ changes }, before, after) => {
      const openings = changes.filter(({ direction }) => direction === "opens up");
      const unsaid = crossings(before, after, DOORS).filter(
        (crossing) => !openings.some((change) => isAbout(change, crossing)),
      );
      expect(unsaid).toEqual([]);
    });
  });

  it("marks that something closes down or opens up wherever a packet does not come through that did", () => {
    everyReview(pairs, hosts, ({ changes }, before, after) => {
      const closed = crossings(after, before, DOORS);
      expect(changes.some(({ direction }) => direction !== "changes") ? [] : closed).toEqual([]);
    });
  });

  it("names a risk wherever somebody does not come to SSH any more who did without knocking", () => {
    everyReview(pairs, hosts, ({ lockOutRisks }, before, after) => {
      const shutOut = crossings(after, before, DOORS.slice(0, 1));
      expect(lockOutRisks.length > 0 ? [] : shutOut).toEqual([]);
    });
  });
});
