import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunResult } from "../../lab";
import { changes, diagnostics, diagnosticsOf, stopsOf, touched } from "../support/engineOutput";
import { PROGRAM_KINDS } from "../support/fleetStack";
import { createFleet, type GuardedFleet, makeNftRefuse, restoreNft } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";
import { snapshotHost } from "../support/seenBy";

const SEQUENCE = "9101,7202/udp,8303";

describe.skipIf(realProblem()).each(PROGRAM_KINDS)(
  "what cannot or must not be applied by a program of kind %s",
  (kind) => {
    const stops = stopsOf(kind, "fleet");
    let fleet: GuardedFleet;
    let before: readonly string[];
    const snapshots = (): Promise<readonly string[]> =>
      Promise.all([fleet.web1, fleet.web2].map(snapshotHost));

    /** What the state says that the hosts have confirmed. */
    const confirmedPolicy = async (): Promise<unknown> =>
      JSON.parse((await fleet.stack.pulumi(["stack", "export"])).stdout).deployment.resources.find(
        ({ type }: { type: string }) => type.endsWith(":PortKnockFirewall"),
      ).outputs.policy;
    /** The problems are errors of the component, and nothing else is said but that the program stops. */
    const expectRefusal = ({ exitCode, stdout }: RunResult, lines: readonly string[]): void => {
      expect([exitCode === 0, diagnosticsOf(stdout, "PortKnockFirewall (fleet)")]).toEqual([false, lines]);
      expect(diagnosticsOf(stdout, "Stack (portknock-fleet-dev)")).toEqual(stops);
      expect(diagnostics(stdout).toSorted()).toEqual([...lines, ...stops].toSorted());
    };

    beforeAll(async () => {
      fleet = await createFleet(
        {
          rollbackTimeout: "5s",
          // Nothing to warn of.
          openPorts: [],
          sequences: { ssh: SEQUENCE },
        },
        kind,
      );
      await fleet.stack.up();
    });
    beforeEach(async () => {
      before = await snapshots();
    });
    afterAll(async () => fleet?.lab.dispose());

    test("rejects a policy with every problem at once, without a stack, and touches nothing", async () => {
      await fleet.stack.configure({
        ...fleet.config,
        services: { ssh: { ports: ["22", "99999"], knockTimeout: "5" }, web: { ports: ["80"] } },
        sequences: { ssh: "41101,41102", web: "52202,52202" },
        allow: ["10.77.0.1/16"],
      });
      const expected = [
        'error: allow[0]: has bits set behind its prefix; write "10.77.0.0/16" if that is meant',
        'services.ssh.knockTimeout: is not a duration; write a whole number and a unit, like "10s", "5m", "1h" or "2d"',
        'services.ssh.ports[1]: names a port that does not exist; write "22", "22/tcp" or "500-600/udp", with ports from 1 to 65,535',
        "services.ssh.sequence: knocks 1 and 2 are neighbouring ports, which a plain scan tries in a row; choose ports that are further apart",
        "services.web.sequence: knock 2 repeats knock 1; use each port once",
      ];
      const confirmed = await confirmedPolicy();
      expect(confirmed).toMatch(/^services\.ssh\.ports = 22\/tcp$/m);
      expectRefusal(await fleet.stack.preview({ check: false }), expected);
      expectRefusal(await fleet.stack.up({ check: false }), expected);
      expect(await snapshots()).toEqual(before);
      expect(await confirmedPolicy()).toBe(confirmed);
    });

    test("rejects a change that would lock Pulumi out, on every host, before any is touched", async () => {
      await fleet.stack.configure({ ...fleet.config, allow: ["10.77.0.200"] });
      const line = (host: string): string =>
        `hosts.${host}.connection: ssh would lock Pulumi out, which this host sees coming from 10.77.0.1; add that address to allow`;
      const preview = await fleet.stack.preview({ check: false });
      expect([preview.exitCode === 0, diagnostics(preview.stdout).toSorted()]).toEqual([
        false,
        [`error: ${line("web-1")}`, `error: ${line("web-2")}`, ...stops],
      ]);
      expectRefusal(await fleet.stack.up({ check: false }), [`error: ${line("web-1")}`, line("web-2")]);
      expect(await snapshots()).toEqual(before);
    });

    test("rejects a lock-out that shows in the policy alone, before any host is asked", async () => {
      await fleet.stack.configure({ ...fleet.config, allow: [] });
      const line = (host: string): string =>
        `hosts.${host}.connection: ssh guards the port through which Pulumi connects, and nothing lets Pulumi in: allow is empty, and there is no proxy; add the deployer's address to allow, or connect through a proxy whose address is there`;
      expectRefusal(await fleet.stack.up({ check: false }), [`error: ${line("web-1")}`, line("web-2")]);
      expect(await snapshots()).toEqual(before);
    });

    test("leaves the old rules where a host refuses the candidate, says why in one line, and tries again", async () => {
      await fleet.stack.configure({
        ...fleet.config,
        services: { ssh: { ports: ["22"], accessWindow: "20s" } },
      });
      await makeNftRefuse(fleet.web1);
      const rules = (): Promise<string> => fleet.web1.run("nft list ruleset").then(({ stdout }) => stdout);
      const standing = await rules();

      const up = await fleet.stack.up({ check: false, args: ["--continue-on-error"] });
      expect(up.exitCode).not.toBe(0);
      expect(diagnostics(up.stdout).filter((line) => line.startsWith("portknock:"))).toEqual([
        "portknock: web-1: nft 1.0.6 refused the ruleset (line 12: Could not process rule: No such file or directory); nothing was changed, the old rules stand",
      ]);
      expect(up.stdout).not.toMatch(/pk_stage4|portknock_main|chain /);
      expect(await rules()).toBe(standing);

      await restoreNft(fleet.web1);
      const again = await fleet.stack.up();
      expect(touched(again.stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
      expect(changes((await fleet.stack.preview({ args: ["--expect-no-changes"] })).stdout)).toEqual([
        "9 unchanged",
      ]);
    });

    test("rolls back by itself where new rules cut Pulumi off, and the next up tries again", async () => {
      await fleet.stack.configure({
        ...fleet.config,
        services: { ssh: { ports: ["22"], accessWindow: "30s" } },
      });
      const rules = (): Promise<string> =>
        fleet.web2.run("nft list table inet portknock").then(({ stdout }) => stdout);
      const standing = await rules();
      // Two connections come through, probe and apply; the third, confirm, does not.
      await fleet.lab.operator.run(["nft", "-f", "-"], {
        input: `table ip breakage {
        chain out {
          type filter hook output priority 0
          ip daddr ${fleet.web2.address4} tcp dport 22 ct state new limit rate over 1/day burst 2 packets drop
        }
      }`,
      });
      const up = await fleet.stack.up({ check: false, args: ["--continue-on-error"] });
      expect(up.exitCode).not.toBe(0);
      expect(touched(up.stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm", "fleet-web-2-apply"]);
      expect(diagnostics(up.stdout).filter((line) => line.startsWith("error: after"))).toEqual([
        `error: after 2 failed attempts: dial tcp ${fleet.web2.address4}:22: i/o timeout`,
      ]);
      await expect.poll(rules, { timeout: 20_000, interval: 100 }).toBe(standing);

      await fleet.lab.operator.run(["nft", "delete", "table", "ip", "breakage"]);
      const again = await fleet.stack.up();
      expect(diagnostics(again.stdout)).toEqual([
        "warning: web-2: put its old rules back: under the last ones Pulumi could not connect a second time; the next up tries again",
      ]);
      expect(touched(again.stdout)).toEqual(["fleet-web-2-apply", "fleet-web-2-confirm"]);
      expect(changes((await fleet.stack.preview({ args: ["--expect-no-changes"] })).stdout)).toEqual([
        "9 unchanged",
      ]);
    });
  },
);
