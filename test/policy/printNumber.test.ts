import { describe, expect, it } from "vitest";
import { printKnocks, printNumber } from "../../components/policy/printNumber";

describe("printNumber", () => {
  it.each([
    [7, "7"],
    [999, "999"],
    [1000, "1,000"],
    [60_999, "60,999"],
    [1_234_567, "1,234,567"],
  ])("prints %i without four digits in a row", (number, text) => {
    expect(printNumber(number)).toBe(text);
  });
});

describe("printKnocks", () => {
  it.each([
    [[0], "knock 1"],
    [[0, 4], "knocks 1 and 5"],
    [[0, 4, 1999], "knocks 1, 5 and 2,000"],
  ])("counts the places %j from 1", (places, text) => {
    expect(printKnocks(places)).toBe(text);
  });
});
