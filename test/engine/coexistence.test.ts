import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changes, hostDiagnostics } from "../support/engineOutput";
import { PROGRAM_KINDS } from "../support/fleetStack";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { UFW } from "../support/neighbours";
import { realProblem } from "../support/realProblem";

const differs = (version: number, table: string): string =>
  `warning: web-1: guarded ports answer with a reset over IPv${version}, closed ones say nothing (chain INPUT of table ${table}), so that a scan tells them apart; set guardedAnswer to "drop"`;

describe.skipIf(realProblem()).each(PROGRAM_KINDS)("another firewall, to a program of kind %s", (kind) => {
  let fleet: GuardedFleet;

  beforeAll(async () => {
    fleet = await createFleet({}, kind);
    await fleet.web1.run("nft -f -", { input: UFW.map(({ text }) => text).join("") });
  });
  afterAll(async () => fleet?.lab.dispose());

  test("is warned about once in each preview and update, and is no change", async () => {
    const expected = [differs(4, "ip filter"), differs(6, "ip6 filter")];
    const warned = (stdout: string) => hostDiagnostics(stdout).filter((line) => line.startsWith("warning:"));
    expect(warned((await fleet.stack.preview()).stdout)).toEqual(expected);
    expect(warned((await fleet.stack.up()).stdout)).toEqual(expected);
    const { stdout } = await fleet.stack.preview({ args: ["--expect-no-changes"] });
    expect([warned(stdout), changes(stdout)]).toEqual([expected, ["9 unchanged"]]);
  });
});
