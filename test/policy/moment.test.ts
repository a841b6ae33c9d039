import { describe, expect, it } from "vitest";
import { parseMoment, printMoment } from "../../components/policy/moment";

const NONE = {
  kind: "refused",
  problem: "is no moment in time",
  remedy: 'write date, time and time zone, like "2027-01-31T18:00:00Z" or "2027-01-31T18:00:00+01:00"',
};
const FAR = { kind: "refused", problem: "is out of range", remedy: "use a year from 2000 to 2199" };

describe("parseMoment", () => {
  it.each([
    ["2027-01-31T18:00:00Z", "2027-01-31T18:00:00Z"],
    ["2027-01-31T18:00Z", "2027-01-31T18:00:00Z"],
    ["2027-01-31T18:00:00+01:00", "2027-01-31T17:00:00Z"],
    ["2027-01-31T23:30:00-01:00", "2027-02-01T00:30:00Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z"],
    ["2000-01-01T00:00:00Z", "2000-01-01T00:00:00Z"],
    ["2199-12-31T23:59:59Z", "2199-12-31T23:59:59Z"],
  ])("takes %s for %s", (text, meant) => {
    const parsed = parseMoment(text);
    expect(parsed.kind === "value" ? printMoment(parsed.value) : parsed).toBe(meant);
  });

  it.each([
    "",
    "2027-01-31",
    "2027-01-31T18:00:00",
    "2027-01-31 18:00:00Z",
    "2027-01-31T18:00:00.5Z",
    "2027-02-29T18:00:00Z",
    "2027-04-31T18:00:00Z",
    "2027-13-01T18:00:00Z",
    "2027-01-00T18:00:00Z",
    "2027-01-31T25:00:00Z",
    "2027-01-31T18:60:00Z",
    " 2027-01-31T18:00:00Z",
    "2027-01-31T18:00:00Z ",
  ])("refuses %j, which is none", (text) => {
    expect(parseMoment(text)).toEqual(NONE);
  });

  it.each(["1970-01-01T00:00:00Z", "1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])(
    "refuses %s, which is out of range",
    (text) => {
      expect(parseMoment(text)).toEqual(FAR);
    },
  );
});
