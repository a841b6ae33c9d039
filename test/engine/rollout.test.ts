import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost } from "../../lab";
import { diagnosticsOf, touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";

const NAMES = ["web-1", "web-2", "web-3", "web-4"];
const GOES_ON = { check: false, args: ["--continue-on-error"] };

describe.skipIf(realProblem())("a rollout of a canary and batches of two", () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let stack: FleetStack;
  let config: FleetConfig;

  beforeAll(async () => {
    lab = await createLab();
    hosts = await Promise.all(NAMES.map((name) => lab.addHost(name)));
    stack = await createFleetStack(lab, "dev");
    config = {
      hosts,
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: "7000,9000/udp,8000" },
      allow: [lab.operator.address4],
      rollbackTimeout: "5s",
      rollout: { canaries: ["web-2"], batch: 2 },
    };
    await stack.configure(config);
  });
  afterAll(async () => lab?.dispose());
  afterEach(() =>
    Promise.all(hosts.map((each) => each.run("rm -f /usr/local/sbin/systemd-run; systemctl start ssh"))),
  );

  const host = (name: string): LabHost => {
    const found = hosts.find((each) => each.name === name);
    if (found === undefined) throw new Error(`bug: no host ${name}`);
    return found;
  };
  /** From the next apply on nobody gets in there any more. */
  const shutOut = (name: string) =>
    host(name).writeFile(
      "/usr/local/sbin/systemd-run",
      '#!/bin/sh\n/usr/bin/systemd-run "$@" && systemctl stop ssh\n',
      0o755,
    );
  const guarded = async (): Promise<readonly string[]> => {
    const tables = await Promise.all(hosts.map(async (each) => (await each.run("nft list tables")).stdout));
    return NAMES.filter((_, index) => tables[index] !== "");
  };
  const begun = (output: string): readonly string[] =>
    [
      ...new Set(
        [...output.matchAll(/^ ?[~+]+ +command:remote:Command fleet-(\S+)-apply /gm)].map(
          ([, name = ""]) => name,
        ),
      ),
    ].toSorted();
  const said = (output: string): readonly string[] =>
    diagnosticsOf(output, "PortKnockFirewall (fleet)").filter(
      (line) => !line.startsWith("warning: services"),
    );

  test("touches no other host where the canary is not confirmed, and says which wave it was", async () => {
    await shutOut("web-2");
    const { exitCode, stdout } = await stack.up({ check: false });
    expect([exitCode === 0, begun(stdout)]).toEqual([false, ["web-2"]]);
    expect(said(stdout)).toEqual(["rollout: wave 1 of 3: web-2; behind it: web-1, web-3, web-4"]);
    // The engine takes no message any more.
    expect(stdout).toMatch(
      /fleet: rollout:\n.*failed, as its own error says, or under way when the update ended: then its old rules come back: web-2\n.*not begun: web-1, web-3, web-4\n/,
    );
  });

  test("nor where the engine goes on after errors: then what became of each host is listed at the end", async () => {
    await shutOut("web-2");
    const { exitCode, stdout } = await stack.up(GOES_ON);
    expect([exitCode === 0, begun(stdout)]).toEqual([false, ["web-2"]]);
    expect(said(stdout)).toEqual([
      "rollout: wave 1 of 3: web-2; behind it: web-1, web-3, web-4",
      "warning: rollout:",
      "not confirmed, its old rules are back or come back: web-2",
      "not begun: web-1, web-3, web-4",
    ]);
    expect(stdout).toContain(
      "error: the rollout of fleet stopped: web-2 was not confirmed, and no host of a later wave was touched; mend that, then run pulumi up again\n",
    );
  });

  test("goes on by the order of the hosts, wave by wave", async () => {
    const { stdout } = await stack.up();
    const order = [...stdout.matchAll(/fleet-(web-\d)-(apply|confirm) (?:created|updated)/g)].map(
      ([, name, verb]) => `${name} ${verb}`,
    );
    expect(order.slice(0, 2)).toEqual(["web-2 apply", "web-2 confirm"]);
    expect(order.slice(2, 6).toSorted()).toEqual([
      "web-1 apply",
      "web-1 confirm",
      "web-3 apply",
      "web-3 confirm",
    ]);
    expect(order.slice(6)).toEqual(["web-4 apply", "web-4 confirm"]);
    expect(said(stdout).slice(-2)).toEqual(["rollout:", "confirmed: web-2, web-1, web-3, web-4"]);
    expect(await guarded()).toEqual(NAMES);
  });

  test("touches no host when it is changed, or taken away", async () => {
    for (const rollout of [{ batch: 1 }, { canaries: ["web-1", "web-3"] }, undefined]) {
      const { rollout: _, ...others } = config;
      await stack.configure({ ...others, ...(rollout && { rollout }) });
      const { stdout } = await stack.up();
      expect([touched(stdout), said(stdout)]).toEqual([[], []]);
    }
    await stack.configure(config);
  });

  test("is held up by nobody who is away, if it is no canary and the engine goes on after errors", async () => {
    await host("web-3").run("systemctl stop ssh");
    await stack.configure({ ...config, openPorts: ["443"] });
    const stopped = await stack.up({ check: false });
    expect(stopped.exitCode).not.toBe(0);
    expect(touched(stopped.stdout)).not.toContain("fleet-web-4-apply");
    const { exitCode, stdout } = await stack.up(GOES_ON);
    expect([exitCode === 0, touched(stdout).includes("fleet-web-4-confirm")]).toEqual([false, true]);
    expect(said(stdout).slice(-3)).toEqual([
      "warning: rollout:",
      "confirmed: web-2, web-1, web-4",
      "not reached: web-3",
    ]);
  });

  test("is held up by a host that answered and then shut Pulumi out, whatever the engine was told", async () => {
    await stack.up();
    await shutOut("web-1");
    await stack.configure({ ...config, openPorts: ["80"] });
    const { exitCode, stdout } = await stack.up(GOES_ON);
    expect([exitCode === 0, touched(stdout).includes("fleet-web-4-apply")]).toEqual([false, false]);
    expect(said(stdout).slice(-4)).toEqual([
      "warning: rollout:",
      "confirmed: web-2, web-3",
      "not confirmed, its old rules are back or come back: web-1",
      "not begun: web-4",
    ]);
  });

  test("refuses what it cannot be, all at once, and touches nothing", async () => {
    await stack.configure({
      ...config,
      openPorts: ["8080"],
      rollout: { canaries: ["web-2", "web-9"], batch: 0 },
    });
    const { exitCode, stdout } = await stack.up({ check: false });
    expect([exitCode === 0, touched(stdout)]).toEqual([false, []]);
    expect(said(stdout)).toEqual([
      "error: rollout.batch: is out of range; use a whole number from 1 to 10,000",
      "rollout.canaries[1]: is not there; name one that is in hosts",
    ]);
    await stack.configure(config);
  });

  test("waits for nobody where hosts are taken out", async () => {
    const { stdout } = await stack.destroy({ args: ["--parallel", "16"] });
    expect(stdout).toMatch(/Resources:\n {4}- 15 deleted/);
    expect(await guarded()).toEqual([]);
  });
});
