import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost } from "../../lab";
import { hostDiagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack, PROGRAM_KINDS } from "../support/fleetStack";
import { knockFrom } from "../support/knockFrom";
import { realProblem } from "../support/realProblem";

const SEQUENCE = "41101,52202/udp,43303";
/** Where the deployer is after it moved. */
const MOVED = "10.77.9.9";

describe.skipIf(realProblem()).each(PROGRAM_KINDS)(
  "a deployer of a %s program whose address has changed",
  (kind) => {
    let lab: Lab;
    let host: LabHost;
    let stack: FleetStack;
    let config: FleetConfig;

    beforeAll(async () => {
      lab = await createLab();
      host = await lab.addHost("web-1");
      stack = await createFleetStack(lab, "dev", kind);
      config = {
        hosts: [host],
        services: { ssh: { ports: ["22"], accessWindow: "2m" } },
        sequences: { ssh: SEQUENCE },
        allow: [lab.operator.address4],
        rollbackTimeout: "20s",
      };
      await stack.configure(config);
      await stack.up();
      const bridge = `$(ip -o -4 addr show to ${lab.operator.address4} | awk '{ print $2 }')`;
      await lab.operator.run([
        "sh",
        "-c",
        `ip addr add ${MOVED}/32 dev ${bridge} && ip route add ${host.address4}/32 dev ${bridge} src ${MOVED}`,
      ]);
    });
    afterAll(async () => lab?.dispose());

    const byKnock = expect.stringMatching(
      /^warning: web-1: only a knock lets Pulumi in to ssh, for 1?\d\d more seconds: an update that changes that sequence would be rolled back, and later runs must knock again; add 10\.77\.9\.9 to allow$/,
    );

    test("gets in once it has knocked, in preview and up, and is told that it was by a knock", async () => {
      await stack.configure({ ...config, openPorts: ["8888"] });
      expect(hostDiagnostics((await stack.preview()).stdout)).toEqual([
        expect.stringMatching(/^warning: web-1: was not checked: it /),
      ]);
      await knockFrom(lab.operator, host.address4, SEQUENCE);
      const preview = await stack.preview();
      expect([hostDiagnostics(preview.stdout), touched(preview.stdout)]).toEqual([
        [byKnock],
        ["fleet-web-1-apply", "fleet-web-1-confirm"],
      ]);
      const up = await stack.up();
      expect([hostDiagnostics(up.stdout), touched(up.stdout)]).toEqual([
        [byKnock],
        ["fleet-web-1-apply", "fleet-web-1-confirm"],
      ]);
    });

    test("rejects a window that may end before the update does, before anything is touched", async () => {
      await knockFrom(lab.operator, host.address4, SEQUENCE);
      await stack.configure({ ...config, rollbackTimeout: "5m" });
      const { exitCode, stdout } = await stack.up({ check: false });
      expect([
        exitCode === 0,
        hostDiagnostics(stdout).find((line) => line.startsWith("error: hosts")),
      ]).toEqual([
        false,
        expect.stringMatching(
          /^error: hosts\.web-1\.connection: ssh would lock Pulumi out, which this host sees coming from 10\.77\.9\.9; add that address to allow: what a knock gave it ends in 1?\d\d seconds, and rollbackTimeout is longer$/,
        ),
      ]);
      expect((await host.run("ls /var/lib/portknock/candidate", { check: false })).exitCode).not.toBe(0);
    });

    test("needs no knock any more after an up with the new address in allow", async () => {
      await knockFrom(lab.operator, host.address4, SEQUENCE);
      await stack.configure({ ...config, allow: [lab.operator.address4, MOVED] });
      expect(hostDiagnostics((await stack.up()).stdout)).toEqual([]);
      await host.run("nft flush set inet portknock pk_admitted4");
      const { stdout } = await stack.preview({ args: ["--expect-no-changes"] });
      expect(hostDiagnostics(stdout)).toEqual([]);
    });
  },
);
