import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDuration, printDuration } from "../../components/policy/duration";

describe("parseDuration", () => {
  it.each([
    ["0s", 0],
    ["1s", 1],
    ["90s", 90],
    ["5m", 300],
    ["1h", 3600],
    ["2d", 172_800],
  ])("takes %s", (text, seconds) => {
    expect(parseDuration(text)).toEqual({ kind: "value", value: seconds });
  });

  it.each(["", "5", "s", "5 s", "5S", "1.5s", "-1s", "+1s", "1w", "500ms", "1m30s", "1s\n", "1000000000s"])(
    "rejects %j",
    (text) => {
      expect(parseDuration(text)).toEqual({
        kind: "refused",
        problem: "is not a duration",
        remedy: 'write a whole number and a unit, like "10s", "5m", "1h" or "2d"',
      });
    },
  );
});

describe("printDuration", () => {
  it.each([
    [1, "1s"],
    [59, "59s"],
    [60, "1m"],
    [90, "90s"],
    [5400, "90m"],
    [86_400, "1d"],
    [604_800, "7d"],
  ])("writes %i seconds in the largest unit that holds them exactly", (seconds, text) => {
    expect(printDuration(seconds)).toBe(text);
  });

  it("is read back as the same number of seconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 604_800 }), (seconds) => {
        expect(parseDuration(printDuration(seconds))).toEqual({ kind: "value", value: seconds });
      }),
    );
  });

  it("rejects a part of a second as a bug", () => {
    expect(() => printDuration(1.5)).toThrow(new Error("bug: 1.5 is not a whole number of seconds"));
  });
});
