import { describe, expect, it } from "vitest";
import { NO_ACTIVITY } from "../../components/status/activity";
import { PLAIN, printStatus } from "../../components/status/printStatus";
import { BUSY, FLEET } from "../support/fleetReports";

describe("a status for a terminal", () => {
  it("is the fleet, what each host says in words, and who is in and was refused", () => {
    expect(
      printStatus(FLEET, PLAIN),
    ).toBe(`HOST   STATE      ADMITTED  REFUSED  BLACKLISTED  LAST APPLY            OWNER
web-1  in sync    2         14       17           2026-11-28 07:12 UTC  shop/dev/edge/web-1
web-2  drifted    0         0        -            2026-11-28 07:12 UTC  shop/dev/edge/web-2
db-1   drifted    -         -        -            -                     -
db-2   no answer  -         -        -            -                     -

web-2: drifted: the boot file was changed
web-2: sudo logs what Pulumi sends
db-1: drifted: it carries none of our rules
db-2: no answer: it refused the connection

ADMITTED      SERVICE  KNOCKER  LEFT    HOST
198.51.100.7  ssh      alice    4m 50s  web-1
2001:db8::7   ssh      -        9s      web-1

UDP FLOWS     SERVICE  SILENT FOR  HOST
198.51.100.7  mosh     23h 53m     web-1

REFUSED  ATTEMPTS  HOST
23/tcp   40        web-1
161/udp  4         web-1
23/tcp   2         web-2
`);
  });

  it("paints states alone, and no name that reads like one", () => {
    const report = { ...FLEET, hosts: [{ ...BUSY, name: "in sync", activity: NO_ACTIVITY }] };
    expect(printStatus(report, (state, words) => `<${state}>${words}</>`).split("\n")[1]).toBe(
      "in sync  <inSync>in sync</>  0         0        -            2026-11-28 07:12 UTC  shop/dev/edge/web-1",
    );
  });

  it("shows of one host no more than somebody reads, and all of the others", () => {
    const crowd = Array.from({ length: 5000 }, () => ({
      service: "ssh",
      source: "192.0.2.1",
      secondsLeft: 5,
    }));
    const report = {
      ...FLEET,
      hosts: [{ ...BUSY, name: "crowd", activity: { ...NO_ACTIVITY, admissions: crowd } }, BUSY],
    };
    const lines = printStatus(report, PLAIN).split("\n");
    expect(lines.filter((line) => line.endsWith("  crowd"))).toHaveLength(100);
    expect(lines.filter((line) => /^(198|2001).*(ssh|mosh).*web-1$/.test(line))).toHaveLength(3);
    expect(lines).toContain("and 4900 more");
  });
});
