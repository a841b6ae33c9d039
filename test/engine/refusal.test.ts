import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changes, diagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack } from "../support/fleetStack";
import { createLab, type Lab, type LabHost } from "../support/lab";
import { realProblem } from "../support/realProblem";
import { snapshotHost } from "../support/seenBy";

describe.skipIf(realProblem())("what cannot or must not be applied", () => {
  let lab: Lab;
  let web1: LabHost;
  let web2: LabHost;
  let stack: FleetStack;
  let config: FleetConfig;
  let before: readonly string[];
  const snapshots = (): Promise<readonly string[]> => Promise.all([web1, web2].map(snapshotHost));

  beforeAll(async () => {
    lab = await createLab();
    [web1, web2] = await Promise.all([lab.addHost("web-1"), lab.addHost("web-2")]);
    stack = await createFleetStack(lab, "dev");
    config = {
      hosts: [web1, web2],
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: "41101,52202/udp,43303" },
      allow: [lab.operator.address4],
      rollbackTimeout: "5s",
    };
    await stack.configure(config);
    await stack.up();
  });
  beforeEach(async () => {
    before = await snapshots();
  });
  afterAll(async () => lab?.dispose());

  test("rejects a policy with every problem at once, without a stack, and touches nothing", async () => {
    await stack.configure({
      ...config,
      services: { ssh: { ports: ["22", "99999"], knockTimeout: "5" }, web: { ports: ["80"] } },
      sequences: { ssh: "41101,41102", web: "52202,52202" },
      allow: ["10.77.0.1/16"],
    });
    const expected = [
      'error: allow.1: has bits set behind its prefix; write "10.77.0.0/16" if that is meant',
      'services.ssh.knockTimeout: is not a duration; write a whole number and a unit, like "10s", "5m", "1h" or "2d"',
      'services.ssh.ports.2: names a port that does not exist; write "22", "22/tcp" or "60000-61000/udp", with ports from 1 to 65535',
      "services.ssh.sequence: knocks 1 and 2 are neighbouring ports, which a plain scan tries in a row; choose ports that are further apart",
      "services.web.sequence: knock 2 repeats knock 1; use each port once",
    ];
    const preview = await stack.preview({ check: false });
    expect([preview.exitCode === 0, diagnostics(preview.stdout)]).toEqual([false, expected]);
    const up = await stack.up({ check: false });
    expect([up.exitCode === 0, diagnostics(up.stdout)]).toEqual([false, expected]);
    expect(await snapshots()).toEqual(before);
  });

  test("rejects a change that would lock Pulumi out, on every host, before any is touched", async () => {
    await stack.configure({ ...config, allow: ["10.77.0.200"] });
    const line = (host: string): string =>
      `hosts.${host}.connection: ssh would lock Pulumi out, which this host sees coming from 10.77.0.1; add that address to allow`;
    const preview = await stack.preview({ check: false });
    expect([preview.exitCode === 0, diagnostics(preview.stdout).toSorted()]).toEqual([
      false,
      [`error: ${line("web-1")}`, `error: ${line("web-2")}`],
    ]);
    const up = await stack.up({ check: false });
    expect([up.exitCode === 0, diagnostics(up.stdout)]).toEqual([
      false,
      [`error: ${line("web-1")}`, line("web-2")],
    ]);
    expect(await snapshots()).toEqual(before);
  });

  test("rejects a lock-out that shows in the policy alone, before any host is asked", async () => {
    await stack.configure({ ...config, allow: [] });
    const up = await stack.up({ check: false });
    const line = (host: string): string =>
      `hosts.${host}.connection: ssh guards the port through which Pulumi connects, and nothing lets Pulumi in; add the deployer's address to allow, or connect through a proxy`;
    expect([up.exitCode === 0, diagnostics(up.stdout)]).toEqual([
      false,
      [`error: ${line("web-1")}`, line("web-2")],
    ]);
    expect(await snapshots()).toEqual(before);
  });

  test("leaves the old rules where a host refuses the candidate, says why in one line, and tries again", async () => {
    await stack.configure({ ...config, openPorts: ["8080"] });
    await web1.run("mv /usr/sbin/nft /usr/sbin/nft.real");
    await web1.writeFile("/usr/sbin/nft", REFUSING_NFT, 0o755);
    const rules = (): Promise<string> =>
      web1.run("/usr/sbin/nft.real list ruleset").then(({ stdout }) => stdout);
    const standing = await rules();

    const up = await stack.up({ check: false, args: ["--continue-on-error"] });
    expect(up.exitCode).not.toBe(0);
    expect(diagnostics(up.stdout).filter((line) => line.startsWith("portknock:"))).toEqual([
      "portknock: web-1: nft 1.0.6 refused the ruleset (line 12: Could not process rule: No such file or directory); nothing was changed, the old rules stand",
    ]);
    expect(up.stdout).not.toMatch(/pk_stage4|portknock_main|chain /);
    expect(await rules()).toBe(standing);

    await web1.run("mv /usr/sbin/nft.real /usr/sbin/nft");
    const again = await stack.up();
    expect(touched(again.stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
    expect(changes((await stack.preview({ args: ["--expect-no-changes"] })).stdout)).toEqual(["8 unchanged"]);
  });

  test("rolls back by itself where new rules cut Pulumi off, and the next up tries again", async () => {
    await stack.configure({ ...config, openPorts: ["9090"] });
    const rules = (): Promise<string> =>
      web2.run("nft list table inet portknock").then(({ stdout }) => stdout);
    const standing = await rules();
    // Two connections come through, probe and apply; the third, confirm, does not.
    await lab.operator.run(["nft", "-f", "-"], {
      input: `table ip breakage {
        chain out {
          type filter hook output priority 0
          ip daddr ${web2.address4} tcp dport 22 ct state new limit rate over 1/day burst 2 packets drop
        }
      }`,
    });
    const up = await stack.up({ check: false, args: ["--continue-on-error"] });
    expect(up.exitCode).not.toBe(0);
    expect(touched(up.stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm", "fleet-web-2-apply"]);
    console.log(up.stdout);
    await expect.poll(rules, { timeout: 20_000, interval: 100 }).toBe(standing);

    await lab.operator.run(["nft", "delete", "table", "ip", "breakage"]);
    const again = await stack.up();
    expect(touched(again.stdout)).toEqual(["fleet-web-2-apply", "fleet-web-2-confirm"]);
    expect(changes((await stack.preview({ args: ["--expect-no-changes"] })).stdout)).toEqual(["8 unchanged"]);
  });
});

/** Refuses every candidate as nft does: it quotes what it was given. */
const REFUSING_NFT = `#!/bin/sh
if [ "$1" = -c ]; then
  echo "$3:12:3-40: Error: Could not process rule: No such file or directory" >&2
  cat "$3" >&2
  exit 1
fi
exec /usr/sbin/nft.real "$@"
`;
