import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabHost } from "../../lab";
import { createFleetStack, PROGRAM_KINDS } from "../support/fleetStack";
import { makeNftRefuse, restoreNft } from "../support/guardedFleet";
import { realProblem } from "../support/realProblem";
import { watchProcesses } from "../support/watchProcesses";

/** Above the range from which the kernel takes source ports, which sshd logs. */
const PORTS = ["61791", "62867", "63973"];

const PLACES = [
  "preview --diff of a new host",
  "up of a new host",
  "preview --diff of a change",
  "up --debug of a change",
  "a failed apply",
  "preview --debug of drift",
  "preview --diff of a host that is not checked",
  "up of a host that is not checked",
  "the deployer's processes",
  "the host's processes",
  "the exported state",
  "the state's files",
  "the host's journal",
  "the host's world-readable files",
];
const EVENTS = "the events that the caller is given";

describe.skipIf(realProblem()).each(PROGRAM_KINDS)("no port, rule or key under kind %s", (kind) => {
  let lab: Lab;
  let host: LabHost;
  const seen = new Map<string, string>();

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
    const stack = await createFleetStack(lab, "dev", kind);
    const config = {
      hosts: [host],
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: `${PORTS[0]},${PORTS[1]}/udp,${PORTS[2]}` },
      allow: [lab.operator.address4],
    };
    await stack.configure(config);
    const keep = (where: string, { stdout, stderr }: { stdout: string; stderr: string }): void => {
      seen.set(where, `${stdout}${stderr}`);
    };

    // The deployer's environment is Pulumi's own affair: it hands a program its decrypted configuration there.
    const deployer = watchProcesses(lab.operator.namespace, ["cmdline"]);
    const guarded = watchProcesses(host.namespace, ["cmdline", "environ"]);
    keep("preview --diff of a new host", await stack.preview({ args: ["--diff"] }));
    keep("up of a new host", await stack.up({ args: ["--diff"] }));
    await stack.configure({ ...config, openPorts: ["80"] });
    keep("preview --diff of a change", await stack.preview({ args: ["--diff"] }));
    keep("up --debug of a change", await stack.up({ args: ["--debug"] }));
    await makeNftRefuse(host);
    await stack.configure({ ...config, openPorts: ["81"] });
    keep("a failed apply", await stack.up({ check: false, args: ["--diff"] }));
    await restoreNft(host);
    await host.run("nft flush chain inet portknock pk_knock; nft flush map inet portknock pk_moves");
    keep("preview --debug of drift", await stack.preview({ args: ["--debug"] }));
    await stack.configure(config);
    await stack.up();
    await host.run("systemctl stop ssh.socket ssh.service");
    const quiet = { args: ["--diff", "--expect-no-changes"] };
    keep("preview --diff of a host that is not checked", await stack.preview(quiet));
    keep("up of a host that is not checked", await stack.up(quiet));

    seen.set("the deployer's processes", deployer.stop());
    seen.set("the host's processes", guarded.stop());
    if (kind === "inline") seen.set(EVENTS, readFileSync(join(stack.folder, "events"), "utf8"));
    keep("the exported state", await stack.pulumi(["stack", "export"]));
    keep(
      "the state's files",
      await lab.operator.run(["grep", "-r", "", `${stack.folder}/state`, "--no-filename"]),
    );
    keep("the host's journal", await host.run("journalctl --no-pager --all --output=export"));
    keep(
      "the host's world-readable files",
      await host.run(
        "find /etc /var /run /tmp /home -xdev -type f -perm /o+r -size -1000k -exec cat {} + 2>/dev/null || true",
      ),
    );
  }, 240_000);
  afterAll(async () => lab?.dispose());

  test.each(kind === "inline" ? [...PLACES, EVENTS] : PLACES)("is in %s", (where) => {
    const text = seen.get(where) ?? "";
    expect(text.length).toBeGreaterThan(100);
    const keyLines = lab.privateKey.split("\n").filter((line) => line.length > 40 && !line.startsWith("-"));
    const ports = PORTS.filter((port) => new RegExp(`(?<![0-9a-f])${port}(?![0-9a-f])`).test(text));
    const secrets = ["pk_guarded", "@pk_", "BEGIN OPENSSH PRIVATE KEY", ...keyLines];
    expect([...ports, ...secrets.filter((secret) => text.includes(secret))]).toEqual([]);
  });

  test("is missing from the root-only files that need them, so that the search above can find something", async () => {
    const { stdout } = await host.run("cat /etc/portknock/ruleset.nft /var/lib/portknock/confirmed/manifest");
    expect(PORTS.filter((port) => !stdout.includes(port))).toEqual([]);
    const { stdout: modes } = await host.run(
      "stat -c '%a %U' /etc/portknock/ruleset.nft /var/lib/portknock /var/lib/portknock/confirmed/manifest",
    );
    expect(modes).toBe("600 root\n700 root\n600 root\n");
  });
});
