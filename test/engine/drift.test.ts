import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changes, hostDiagnostics, touched } from "../support/engineOutput";
import type { ProgramKind } from "../support/fleetStack";
import { createFleet, type GuardedFleet } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";
import { countLogins } from "../support/seenBy";

const QUIET = { args: ["--expect-no-changes"] };
const ONLY_WEB_1 = ["fleet-web-1-apply", "fleet-web-1-confirm"];

interface Tamper {
  readonly what: string;
  readonly tamper: string;
  readonly findings: readonly string[];
}

const TAMPERS: readonly Tamper[] = [
  {
    what: "a deleted rule",
    tamper: "nft flush chain inet portknock pk_done",
    findings: [
      'warning: web-1: drifted: chain pk_done: the rule "done: clear the scratch register" is missing or was changed',
    ],
  },
  {
    what: "a changed set",
    tamper: "nft delete element inet portknock pk_ports '{ tcp . 80 : accept }'",
    findings: ["warning: web-1: drifted: map pk_ports was changed"],
  },
  {
    what: "a missing table",
    tamper: "nft delete table inet portknock",
    findings: ["warning: web-1: drifted: the table is missing"],
  },
  {
    what: "a changed boot file",
    tamper: "echo '# mine' >> /etc/portknock/ruleset.nft",
    findings: ["warning: web-1: drifted: the boot file was changed"],
  },
  {
    what: "a disabled unit",
    tamper: "systemctl disable --quiet portknock.service",
    findings: ["warning: web-1: drifted: the unit portknock.service is disabled"],
  },
  {
    what: "a host that lost its rules and every trace of them",
    tamper: `systemctl disable --quiet --now portknock.service; nft delete table inet portknock
      rm -rf /etc/portknock /var/lib/portknock /etc/systemd/system/portknock.service`,
    findings: ["web-1: carries none of our rules"],
  },
];

const PROGRAMS: readonly { readonly kind: ProgramKind; readonly tampers: readonly Tamper[] }[] = [
  { kind: "CLI", tampers: TAMPERS },
  // Who starts the program decides whether a host is looked at, not what is found there.
  { kind: "inline", tampers: TAMPERS.filter(({ what }) => what === "a missing table") },
];

describe.skipIf(realProblem()).each(PROGRAMS)("drift under a program of kind $kind", ({ kind, tampers }) => {
  let fleet: GuardedFleet;

  beforeAll(async () => {
    fleet = await createFleet({}, kind);
    await fleet.stack.up();
  });
  afterAll(async () => fleet?.lab.dispose());

  test.each(tampers)(
    "of one host is announced in preview and repaired there alone: $what",
    async ({ tamper, findings }) => {
      await fleet.web1.run(tamper);
      const preview = await fleet.stack.preview({ ...QUIET, check: false });
      expect([preview.exitCode === 0, hostDiagnostics(preview.stdout)]).toEqual([false, findings]);
      expect(touched(preview.stdout)).toEqual(ONLY_WEB_1);

      const up = await fleet.stack.up();
      expect(touched(up.stdout)).toEqual(ONLY_WEB_1);
      expect(changes((await fleet.stack.preview(QUIET)).stdout)).toEqual(["9 unchanged"]);
    },
  );

  test("of a host that was just repaired is no change where the host cannot be asked", async () => {
    await fleet.web1.shutdown();
    const { stdout } = await fleet.stack.preview(QUIET);
    expect([changes(stdout), hostDiagnostics(stdout)]).toEqual([
      ["9 unchanged"],
      [
        expect.stringMatching(
          /^warning: web-1: was not checked: it (refused the connection|cannot be reached over the network|did not answer in time)$/,
        ),
      ],
    ]);
    await fleet.web1.boot();
    expect(changes((await fleet.stack.preview(QUIET)).stdout)).toEqual(["9 unchanged"]);
  });

  test("is neither looked for nor reported where the stack's configuration switches probing off", async () => {
    await fleet.web1.run("nft delete table inet portknock");
    await fleet.stack.configure({ ...fleet.config, probe: false });
    const before = await countLogins(fleet.web1);
    const { stdout } = await fleet.stack.preview(QUIET);
    expect([changes(stdout), hostDiagnostics(stdout)]).toEqual([["9 unchanged"], []]);
    expect(await countLogins(fleet.web1)).toBe(before);
    await fleet.stack.configure({ ...fleet.config, probe: false, openPorts: ["80", "443"] });
    expect(touched((await fleet.stack.preview()).stdout)).toEqual([
      "fleet-web-1-apply",
      "fleet-web-1-confirm",
      "fleet-web-2-apply",
      "fleet-web-2-confirm",
    ]);
  });
});
