import { describe, expect, it } from "vitest";
import { wavesOf } from "../../components/policy/waves";
import { parseFleetPolicy } from "../../components/policy/written/parsePolicy";
import { problemsOf, ssh } from "../support/problemsOf";

const NAMES = ["web-1", "web-2", "db-1", "jump"];
const FLEET = {
  ...ssh(),
  allow: ["198.51.100.7"],
  hosts: Object.fromEntries(
    NAMES.map((name, index) => [name, { connection: { host: `192.0.2.${index + 1}` } }]),
  ),
};

describe("waves", () => {
  const wavesFor = (rollout: object) =>
    wavesOf(NAMES, parseFleetPolicy({ ...FLEET, rollout }).rollout).map(({ hosts, isCanary }) => [
      hosts,
      isCanary,
    ]);

  it("are one of all hosts, where nobody says anything", () => {
    expect(wavesFor({})).toEqual([[["web-1", "web-2", "db-1", "jump"], false]]);
  });

  it("begin with the canaries, and go on in the order of the hosts", () => {
    expect(wavesFor({ canaries: ["jump", "web-2", "jump"] })).toEqual([
      [["web-2", "jump"], true],
      [["web-1", "db-1"], false],
    ]);
    expect(wavesFor({ canaries: ["web-1"], batch: 2 })).toEqual([
      [["web-1"], true],
      [["web-2", "db-1"], false],
      [["jump"], false],
    ]);
    expect(wavesFor({ canaries: ["web-1", "web-2", "db-1", "jump"], batch: 1 })).toEqual([
      [["web-1", "web-2", "db-1", "jump"], true],
    ]);
  });

  it("are refused where they cannot be", () => {
    expect(problemsOf({ ...FLEET, rollout: { canaries: ["web-1", "web-9"], batch: 0, wait: 5 } })).toEqual([
      "rollout: has an unknown field, wait; known are canaries, batch",
      "rollout.batch: is out of range; use a whole number from 1 to 10,000",
      "rollout.canaries[1]: is not there; name one that is in hosts",
    ]);
    expect(problemsOf({ ...FLEET, rollout: "slowly" })).toEqual([
      "rollout: is missing or of another type; give an object",
    ]);
  });
});
