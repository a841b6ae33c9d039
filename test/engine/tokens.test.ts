import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tokenOf } from "../../components/tokens/token";
import { createLab, type Lab, type LabHost } from "../../lab";
import { hostDiagnostics, touched } from "../support/engineOutput";
import { createFleetStack, type FleetConfig, type FleetStack } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";
import { tokensOf } from "../support/tokenHost";

const TOKENS = { ci: "c1".repeat(32), "ci-2": "c2".repeat(32) };

describe.skipIf(realProblem())("a program that knocks with single packets", () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let stack: FleetStack;
  let config: FleetConfig;

  beforeAll(async () => {
    lab = await createLab();
    hosts = await Promise.all(["web-1", "web-2"].map((name) => lab.addHost(name)));
    stack = await createFleetStack(lab, "dev");
    config = {
      hosts,
      services: { ssh: { ports: ["22"], accessWindow: "3m" } },
      knockers: { ci: { services: ["ssh"], token: true } },
      deployer: "ci",
      sequences: {},
      tokens: TOKENS,
    };
    await stack.configure(config);
    await stack.up();
  });
  afterAll(async () => lab?.dispose());

  const shutOut = () =>
    Promise.all(
      hosts.map((host) =>
        host.run("nft flush set inet portknock pk_admitted4; nft flush set inet portknock pk_admitted6"),
      ),
    );
  const everyHost = (verb: string) => hosts.map(({ name }) => `fleet-${name}-${verb}`);

  test("is in no allow, and finds drift and repairs it", async () => {
    await shutOut();
    for (const host of hosts) expect((await lab.ssh(host, "true", { check: false })).exitCode).not.toBe(0);
    const unchanged = await stack.preview({ args: ["--expect-no-changes"] });
    expect(hostDiagnostics(unchanged.stdout)).toEqual([]);
    await shutOut();
    await hosts[0]?.run("nft flush chain inet portknock pk_done");
    const up = await stack.up();
    expect(touched(up.stdout)).toEqual(["fleet-web-1-apply", "fleet-web-1-confirm"]);
  });

  test("goes over to another secret by adding before taking away", async () => {
    await shutOut();
    const both = { ci: { services: ["ssh"], token: true }, "ci-2": { services: ["ssh"], token: true } };
    await stack.configure({ ...config, knockers: both, deployer: "ci-2" });
    const first = await stack.up();
    expect(touched(first.stdout)).toEqual([...everyHost("apply"), ...everyHost("confirm")].toSorted());
    await shutOut();
    await stack.configure({ ...config, knockers: { "ci-2": both["ci-2"] }, deployer: "ci-2" });
    await stack.up();
    await shutOut();
    const { stdout } = await stack.preview({ args: ["--expect-no-changes"] });
    expect(hostDiagnostics(stdout)).toEqual([]);
  });

  test("says in a preview that a host has another time", async () => {
    const [host] = hosts;
    await host?.writeFile("/usr/local/sbin/date", "#!/bin/sh\n/bin/date -d 'now + 1 hour' \"$@\"\n", 0o755);
    const { stdout } = await stack.preview();
    expect(hostDiagnostics(stdout)[0]).toBe(
      "warning: web-1: its clock is 1h ahead of this machine's, and tokens bear 2m: set the clock that is wrong",
    );
    await host?.run("rm /usr/local/sbin/date");
  });

  test("shows no secret, and nothing that is made of one", async () => {
    const state = execFileSync("grep", ["-rhoa", "[0-9a-f]\\{32,\\}", join(stack.folder, "state")], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const [host] = hosts;
    if (host === undefined) throw new Error("bug: no host");
    const made = await Promise.all(
      Object.entries(TOKENS).map(async ([name, secret]) => {
        const maker = tokensOf(host, name, secret);
        return maker.at(await maker.slot());
      }),
    );
    for (const secret of [...Object.values(TOKENS), ...made.flat(), tokenOf("00".repeat(32), 0, 0)]) {
      expect(state).not.toContain(secret);
    }
    const journal = (await host.run("journalctl --no-pager; cat /proc/*/cmdline 2>/dev/null")).stdout;
    for (const secret of [...Object.values(TOKENS), ...made.flat()]) expect(journal).not.toContain(secret);
    const open = await host.run(
      "find /run /var/lib /etc /tmp /var/tmp -name '*portknock*' -perm /077 -type f",
    );
    expect(
      open.stdout.split("\n").filter((path) => path !== "" && !path.startsWith("/etc/systemd/")),
    ).toEqual([]);
  });
});
