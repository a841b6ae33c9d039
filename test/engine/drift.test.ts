import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changes, diagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack } from "../support/fleetStack";
import { createLab, type Lab, type LabHost } from "../support/lab";
import { realProblem } from "../support/realProblem";
import { countLogins } from "../support/seenBy";

const QUIET = { args: ["--expect-no-changes"] };
const ONLY_WEB_1 = ["fleet-web-1-apply", "fleet-web-1-confirm"];

describe.skipIf(realProblem())("drift", () => {
  let lab: Lab;
  let web1: LabHost;
  let web2: LabHost;
  let stack: FleetStack;
  let config: FleetConfig;

  beforeAll(async () => {
    lab = await createLab();
    [web1, web2] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
    stack = await createFleetStack(lab, "dev");
    config = {
      hosts: [web1, web2],
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: "41101,52202/udp,43303" },
      allow: [lab.operator.address4],
      openPorts: ["80"],
    };
    await stack.configure(config);
    await stack.up();
  });
  afterAll(async () => lab?.dispose());

  test.each([
    {
      what: "a deleted rule",
      tamper: "nft flush chain inet portknock pk_done",
      findings: [
        'warning: web-1: drifted: chain pk_done: the rule "done: clear the scratch register" is missing or was changed',
      ],
    },
    {
      what: "a changed set",
      tamper: "nft delete element inet portknock pk_open '{ tcp . 80 }'",
      findings: ["warning: web-1: drifted: set pk_open was changed"],
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
  ])("of one host is announced in preview and repaired there alone: $what", async ({ tamper, findings }) => {
    await web1.run(tamper);
    const preview = await stack.preview({ ...QUIET, check: false });
    expect([preview.exitCode === 0, diagnostics(preview.stdout)]).toEqual([false, findings]);
    expect(touched(preview.stdout)).toEqual(ONLY_WEB_1);

    const up = await stack.up();
    expect(touched(up.stdout)).toEqual(ONLY_WEB_1);
    expect(changes((await stack.preview(QUIET)).stdout)).toEqual(["8 unchanged"]);
  });

  test("of a host that was just repaired is no change where the host cannot be asked", async () => {
    await web1.shutdown();
    const { stdout } = await stack.preview(QUIET);
    expect([changes(stdout), diagnostics(stdout)]).toEqual([
      ["8 unchanged"],
      [
        expect.stringMatching(
          /^warning: web-1: was not checked: it (refused the connection|cannot be reached over the network|did not answer in time)$/,
        ),
      ],
    ]);
    await web1.boot();
    expect(changes((await stack.preview(QUIET)).stdout)).toEqual(["8 unchanged"]);
  });

  test("is neither looked for nor reported where the stack's configuration switches probing off", async () => {
    await web1.run("nft delete table inet portknock");
    await stack.configure({ ...config, probe: false });
    const before = await countLogins(web1);
    const { stdout } = await stack.preview(QUIET);
    expect([changes(stdout), diagnostics(stdout)]).toEqual([["8 unchanged"], []]);
    expect(await countLogins(web1)).toBe(before);
    await stack.configure({ ...config, probe: false, openPorts: ["80", "443"] });
    expect(touched((await stack.preview()).stdout)).toEqual([
      "fleet-web-1-apply",
      "fleet-web-1-confirm",
      "fleet-web-2-apply",
      "fleet-web-2-confirm",
    ]);
  });
});
