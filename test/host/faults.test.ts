import { describe, expect, it } from "vitest";
import { labProblem } from "../../lab";
import type { FaultHostKind } from "../support/faults/faultRules";
import { describeOutcome } from "../support/faults/faultTable";
import { playFaults } from "../support/faults/playFaults";
import type { Outcome } from "../support/faults/runFaults";
import { scenariosOf } from "../support/faults/scenarios";

/** Beside one run of each scenario to which nothing happens; `npm run test:faults` plays all. */
const COUNT = 60;
const ALLOWED: readonly FaultHostKind[] = [
  { profile: "guard", deployer: "allowed" },
  { profile: "baseline", deployer: "allowed" },
  { profile: "guard", deployer: "allowed" },
];

const KNOCKING_COUNT = 16;
const KNOCKING: readonly FaultHostKind[] = [
  { profile: "guard", deployer: "knocks" },
  { profile: "guard", deployer: "tokens" },
  { profile: "baseline", deployer: "tokens" },
];
const KNOCKING_SCENARIOS = [
  "apply over old rules",
  "confirm over old rules",
  "rollback to old rules",
  "fill after a flush",
];

const wrongOnes = (outcomes: readonly Outcome[]): readonly string[] =>
  outcomes.filter(({ wrong }) => wrong.length > 0).map(describeOutcome);

describe.skipIf(labProblem() !== undefined)("a fault at any command of any verb", () => {
  it("leaves the old or the new rules, the deployer's way in, a true status, and nothing that the next run or remove does not mend", async () => {
    const outcomes = await playFaults({ count: COUNT, seed: 1, hosts: ALLOWED });
    expect(wrongOnes(outcomes)).toEqual([]);
    const hit = outcomes.filter(({ isHit }) => isHit);
    expect(hit.length).toBeGreaterThan(COUNT * 0.8);
    expect(new Set(hit.map(({ injection }) => injection.scenario.verb))).toEqual(
      new Set(scenariosOf("allowed").map(({ verb }) => verb)),
    );
  }, 600_000);

  it("leaves a deployer's knock that opens, and nobody else's token that opens twice", async () => {
    const outcomes = await playFaults({
      count: KNOCKING_COUNT,
      seed: 1,
      hosts: KNOCKING,
      scenarios: KNOCKING_SCENARIOS,
    });
    expect(wrongOnes(outcomes)).toEqual([]);
    const hit = outcomes.filter(({ isHit }) => isHit);
    expect(new Set(hit.map(({ kind }) => kind.deployer))).toEqual(new Set(["knocks", "tokens"]));
  }, 600_000);
});
