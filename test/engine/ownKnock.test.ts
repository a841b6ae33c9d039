import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost } from "../../lab";
import { changes, hostDiagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack, PROGRAM_KINDS } from "../support/fleetStack";
import { awaitRollback } from "../support/hostPayload";
import { realProblem } from "../support/realProblem";
import { engineEnvironment } from "../support/tools";

const CLIENT = resolve(__dirname, "../../dist/cli/main.js");

/** Where the deployer is after it moved. */
const MOVED = "10.77.9.9";
const SEQUENCES = {
  ci: "41101,52202/udp,43303",
  "ci-2": "43404,54505/udp,41606",
  bob: "45707,51808/udp,44909",
};

describe.skipIf(realProblem()).each(PROGRAM_KINDS)("a %s program that knocks for itself", (kind) => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let stack: FleetStack;
  let config: FleetConfig;

  beforeAll(async () => {
    lab = await createLab();
    hosts = await Promise.all(["web-1", "web-2"].map((name) => lab.addHost(name)));
    stack = await createFleetStack(lab, "dev", kind);
    config = {
      hosts,
      services: { ssh: { ports: ["22"] } },
      knockers: { ci: { services: ["ssh"] } },
      deployer: "ci",
      sequences: SEQUENCES,
    };
    await stack.configure(config);
    await stack.up();
  });
  afterAll(async () => lab?.dispose());

  const everyHost = (verb: string) => hosts.map(({ name }) => `fleet-${name}-${verb}`);
  const shutOut = () =>
    Promise.all(
      hosts.map((host) =>
        host.run("nft flush set inet portknock pk_admitted4; nft flush set inet portknock pk_admitted6"),
      ),
    );
  const isGuarded = async (host: LabHost): Promise<boolean> =>
    (await lab.ssh(host, "true", { check: false })).exitCode !== 0;

  test("is in no allow, and finds drift and repairs it, from another address than before", async () => {
    await shutOut();
    for (const host of hosts) expect(await isGuarded(host)).toBe(true);
    const unchanged = await stack.preview({ args: ["--expect-no-changes"] });
    expect([hostDiagnostics(unchanged.stdout), changes(unchanged.stdout)]).toEqual([[], ["9 unchanged"]]);
    await move();
    await shutOut();
    await hosts[0]?.run("nft flush chain inet portknock pk_done");
    const preview = await stack.preview();
    expect([hostDiagnostics(preview.stdout), touched(preview.stdout)]).toEqual([
      [expect.stringContaining("web-1: drifted: chain pk_done")],
      ["fleet-web-1-apply", "fleet-web-1-confirm"],
    ]);
    await shutOut();
    const up = await stack.up();
    expect(touched(up.stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
  });

  test("goes over to another sequence, and to another knocker, by adding before taking away", async () => {
    await shutOut();
    await stack.configure({
      ...config,
      knockers: { ci: { services: ["ssh"] }, "ci-2": { services: ["ssh"] } },
      deployer: "ci-2",
    });
    const first = await stack.up();
    expect(touched(first.stdout)).toEqual([...everyHost("apply"), ...everyHost("confirm")].toSorted());
    await shutOut();
    await stack.configure({ ...config, knockers: { "ci-2": { services: ["ssh"] } }, deployer: "ci-2" });
    await stack.up();
    await shutOut();
    const { stdout } = await stack.preview({ args: ["--expect-no-changes"] });
    expect(hostDiagnostics(stdout)).toEqual([]);
  });

  test("names what it tried where a host does not let it in", async () => {
    await shutOut();
    // Nobody on the host has heard of bob.
    await stack.configure({ ...config, knockers: { bob: { services: ["ssh"] } }, deployer: "bob" });
    const { stdout } = await stack.preview();
    expect(hostDiagnostics(stdout).toSorted()).toEqual(
      hosts.map(({ name }) =>
        expect.stringMatching(new RegExp(`^warning: ${name}: was not checked: it .*, after knocks as bob$`)),
      ),
    );
  });

  test("is let in by the old rules again after a rollback", async () => {
    await shutOut();
    await stack.configure({
      ...config,
      knockers: { "ci-2": { services: ["ssh"] } },
      deployer: "ci-2",
      openPorts: ["8888"],
      rollbackTimeout: "5s",
    });
    const [host] = hosts;
    const block =
      "until [ -e /var/lib/portknock/candidate ]; do sleep 0.02; done; " +
      "nft 'add table inet block; add chain inet block in { type filter hook input priority -300; }; add rule inet block in tcp flags & (syn | ack) == syn tcp dport 22 drop'";
    const [, up] = await Promise.all([host?.run(block), stack.up({ check: false })]);
    expect(up.exitCode).not.toBe(0);
    if (host !== undefined) await awaitRollback(host);
    await host?.run("nft delete table inet block");
    await shutOut();
    const { stdout } = await stack.preview();
    expect(hostDiagnostics(stdout)).toEqual([
      expect.stringMatching(/^warning: web-1: put its old rules back/),
    ]);
    await stack.up();
  });

  test("leaves its hosts where somebody knocks for the command that destroys", async () => {
    await shutOut();
    const file = join(lab.folder, "ci-2.knocks");
    writeFileSync(file, SEQUENCES["ci-2"], { mode: 0o600 });
    const addresses = hosts.map(({ address4 }) => address4);
    const destroy = ["pulumi", "destroy", "--yes", "--skip-preview", "--non-interactive", "--stack", "dev"];
    await lab.operator.run(
      ["node", CLIENT, "open", ...addresses, "--sequence-file", file, "--", ...destroy],
      {
        cwd: stack.folder,
        env: engineEnvironment(join(stack.folder, "state"), "correct horse"),
        timeoutSeconds: 120,
      },
    );
    for (const host of hosts) expect((await host.run("nft list tables")).stdout).not.toContain("portknock");
  });

  async function move(): Promise<void> {
    const bridge = `$(ip -o -4 addr show to ${lab.operator.address4} | awk '{ print $2 }')`;
    const routes = hosts.map((host) => `ip route add ${host.address4}/32 dev ${bridge} src ${MOVED}`);
    await lab.operator.run(["sh", "-c", [`ip addr add ${MOVED}/32 dev ${bridge}`, ...routes].join(" && ")]);
  }
});
