import { expect, it } from "vitest";
import { printLeft, printMinute } from "../../components/status/printTime";

it.each([
  [0, "0s"],
  [59, "59s"],
  [60, "1m"],
  [290, "4m 50s"],
  [3600, "1h"],
  [3661, "1h 1m"],
  [90_000, "1d 1h"],
  [9_999_999_999, "115740d 17h"],
])("%i seconds are %s", (seconds, words) => {
  expect(printLeft(seconds)).toBe(words);
});

it("a moment is printed to the minute, also the last one that a host may name", () => {
  expect(printMinute(1795850000)).toBe("2026-11-28 07:13 UTC");
  expect(printMinute(99_999_999_999)).toBe("5138-11-16 09:46 UTC");
});
