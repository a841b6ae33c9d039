import { describe, expect, it } from "vitest";
import { COMMON_PORTS } from "../../components/policy/commonPorts";
import { problemsOf, ssh } from "../support/problemsOf";

const problemsWith = (sequence: string) => problemsOf(ssh({ ports: ["22222"], sequence }));
const path = "services.ssh.sequence";

describe("the number of a sequence's knocks", () => {
  const wrong = (count: string) => [`${path}: has ${count}; give 2 to 16, or leave the service unguarded`];
  const knocks = (count: number) => Array.from({ length: count }, (_, index) => 20_000 + 2 * index).join();

  it.each([
    [0, "0 knocks"],
    [1, "1 knock"],
    [17, "17 knocks"],
    [70_000, "70,000 knocks"],
  ])("rejects %i", (count, text) => {
    expect(problemsWith(knocks(count))).toEqual(wrong(text));
  });

  it.each([2, 16])("may be %i", (count) => {
    expect(problemsWith(knocks(count))).toEqual([]);
  });

  it("rejects one knock to close or to unban", () => {
    const baseline = { unbanSequence: "5000" };
    expect(problemsOf({ ...ssh({ closeSequence: "6000" }), baseline })).toEqual([
      "baseline.unbanSequence: has 1 knock; give 2 to 16, or leave it out",
      "services.ssh.closeSequence: has 1 knock; give 2 to 16, or leave it out",
    ]);
  });
});

describe("a port that comes twice in a sequence", () => {
  it.each([
    ["7000,8000,7000", [3, 1]],
    ["7000,8000/udp,9000,8000:udp", [4, 2]],
  ])("rejects %s", (sequence, [later, first]) => {
    expect(problemsWith(sequence)).toEqual([
      `${path}: knock ${later} repeats knock ${first}; use each port once`,
    ]);
  });

  it.each(["7000,8000,7000/udp", "7000,8000,7002"])("may be %s", (sequence) => {
    expect(problemsWith(sequence)).toEqual([]);
  });
});

describe("neighbouring ports in a row", () => {
  it.each(["7000,7001,9000", "7001,7000,9000", "7000/udp,7001/udp,9000"])("rejects %s", (sequence) => {
    expect(problemsWith(sequence)).toEqual([
      `${path}: knocks 1 and 2 are neighbouring ports, which a plain scan tries in a row; choose ports that are further apart`,
    ]);
  });

  it.each(["7000,7002", "7000,7001/udp", "7000,9000,7001"])("may be %s", (sequence) => {
    expect(problemsWith(sequence)).toEqual([]);
  });
});

describe("a knock on the port of a common service", () => {
  const common = (which: string) => [
    `${path}: ${which} of a well-known service, which every scan tries; choose a port from 1,024 on that is not listed in docs/operations.md under "Choosing a sequence"`,
  ];

  it.each([
    ["7000,1023", "knock 2 is a port"],
    ["1/udp,7000", "knock 1 is a port"],
    ["3306,7000,5432/udp", "knocks 1 and 3 are ports"],
    ["443,8080,7000,27017", "knocks 1, 2 and 4 are ports"],
  ])("rejects %s", (sequence, which) => {
    expect(problemsWith(sequence)).toEqual(common(which));
  });

  it.each([...COMMON_PORTS])("rejects %i", (port) => {
    expect(problemsWith(`${port},7777`)).toEqual(common("knock 1 is a port"));
  });

  it.each(["10000,2345,3456,1234", "4438,1813,8235", "1234,2345,3456", "1024,65535", "8079,8082"])(
    "may be %s",
    (sequence) => {
      expect(problemsWith(sequence)).toEqual([]);
    },
  );

  it("rejects it in every sequence of a policy", () => {
    const input = {
      ...ssh({ ports: ["23456"], closeSequence: "6000,22" }),
      baseline: { unbanSequence: "80,5000" },
    };
    expect(problemsOf(input).map((problem) => problem.split(",")[0])).toEqual([
      "baseline.unbanSequence: knock 1 is a port of a well-known service",
      "services.ssh.closeSequence: knock 2 is a port of a well-known service",
    ]);
  });
});
