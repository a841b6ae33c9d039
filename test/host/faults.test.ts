import { describe, expect, it } from "vitest";
import { labProblem } from "../../lab";
import { describeOutcome } from "../support/faults/faultTable";
import { playFaults } from "../support/faults/playFaults";
import { SCENARIOS } from "../support/faults/scenarios";

/** Beside one run of each scenario to which nothing happens; `npm run test:faults` plays all. */
const COUNT = 80;

describe.skipIf(labProblem() !== undefined)("a fault at any command of any verb", () => {
  it("leaves the old or the new rules, the deployer's way in, a true status, and nothing that the next run or remove does not mend", async () => {
    const outcomes = await playFaults({ count: COUNT, seed: 1, hosts: ["guard", "baseline", "guard"] });
    expect(outcomes.filter(({ wrong }) => wrong.length > 0).map(describeOutcome)).toEqual([]);
    const hit = outcomes.filter(({ isHit }) => isHit);
    expect(hit.length).toBeGreaterThan(COUNT * 0.8);
    expect(new Set(hit.map(({ injection }) => injection.scenario.verb))).toEqual(
      new Set(SCENARIOS.map(({ verb }) => verb)),
    );
  }, 600_000);
});
