import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changes, hostDiagnostics } from "../support/engineOutput";
import { createFleetStack } from "../support/fleetStack";
import { createLab, type Lab, type LabClient, type LabHost } from "../support/lab";
import { realProblem } from "../support/realProblem";
import { countLogins } from "../support/seenBy";

const ROOT = resolve(__dirname, "../..");
const CLIENT = join(ROOT, "dist/cli/main.js");

describe.skipIf(realProblem())("stacks", () => {
  let lab: Lab;
  let knocker: LabClient;
  let devHost: LabHost;
  let prodHost: LabHost;

  beforeAll(async () => {
    lab = await createLab();
    [devHost, prodHost, knocker] = await Promise.all([
      lab.addHost("dev-1"),
      lab.addHost("prod-1"),
      lab.addClient("knocker"),
    ]);
  });
  afterAll(async () => lab?.dispose());

  const knocks = async (host: LabHost, sequence: string): Promise<boolean> => {
    const file = join(lab.folder, "sequence");
    writeFileSync(file, sequence, { mode: 0o600 });
    await knocker.run(["node", CLIENT, "knock", host.address4, "--sequence-file", file, "--quiet"]);
    const { exitCode } = await lab.ssh(host, "true", { from: knocker, check: false });
    return exitCode === 0;
  };

  test("keep a sequence each: what opens dev's hosts does not open prod's", async () => {
    const sequences = { dev: "41101,52202/udp,43303", prod: "47404,58505/udp,49606" };
    const common = { services: { ssh: { ports: ["22"] } }, allow: [lab.operator.address4] };
    const [dev, prod] = await Promise.all([createFleetStack(lab, "dev"), createFleetStack(lab, "prod")]);
    await dev.configure({ ...common, hosts: [devHost], sequences: { ssh: sequences.dev } });
    await prod.configure({ ...common, hosts: [prodHost], sequences: { ssh: sequences.prod } });
    await Promise.all([dev.up(), prod.up()]);

    expect(await knocks(prodHost, sequences.dev)).toBe(false);
    expect(await knocks(prodHost, sequences.prod)).toBe(true);
    expect(await knocks(devHost, sequences.prod)).toBe(false);
    expect(await knocks(devHost, sequences.dev)).toBe(true);
  });

  test("rejects a host that another stack guards, naming it", async () => {
    const thief = await createFleetStack(lab, "thief");
    await thief.configure({
      hosts: [devHost],
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: "41101,52202" },
      allow: [lab.operator.address4],
    });
    const { exitCode, stdout } = await thief.up({ check: false });
    expect(exitCode).not.toBe(0);
    const said = hostDiagnostics(stdout).filter((line) => /portknock:|warning:/.test(line));
    expect(said.toSorted()).toEqual([
      'portknock: dev-1: this host is guarded by portknock-fleet/dev/fleet/dev-1; destroy it there, or set adopt to "portknock-fleet/dev/fleet/dev-1" on this host',
      "warning: dev-1: guarded by portknock-fleet/dev/fleet/dev-1; this host will refuse to be taken over without adopt",
    ]);
  });
});

describe.skipIf(realProblem())("a host whose address is not known yet", () => {
  test("is neither probed nor an obstacle in preview, and guarded in the same up that learns it", async () => {
    await using lab = await createLab();
    const [known, later] = await Promise.all([lab.addHost("known"), lab.addHost("later")]);
    const stack = await createFleetStack(lab, "dev");
    const folder = join(stack.folder, "program");
    mkdirSync(folder);
    writeFileSync(join(folder, "index.js"), programOf(lab, known, later));
    writeFileSync(
      join(stack.folder, "Pulumi.yaml"),
      "name: portknock-fleet\nruntime: nodejs\nmain: program/index.js\n",
    );

    const preview = await stack.preview();
    expect(changes(preview.stdout)).toEqual(["+ 10 to create"]);
    expect(await Promise.all([known, later].map(countLogins))).toEqual([1, 0]);
    const up = await stack.up();
    expect(changes(up.stdout)).toEqual(["+ 10 created"]);
    expect((await later.run("nft list tables")).stdout).toBe("table inet portknock\n");
    expect(changes((await stack.preview({ args: ["--expect-no-changes"] })).stdout)).toEqual([
      "10 unchanged",
    ]);
    await stack.destroy();
  });
});

describe.skipIf(realProblem())("a machine that the component depends on", () => {
  test("is probed after the update has replaced it, and guarded in that same up", async () => {
    await using lab = await createLab();
    const host = await lab.addHost("web-1");
    const stack = await createFleetStack(lab, "dev");
    const folder = join(stack.folder, "program");
    mkdirSync(folder);
    writeFileSync(
      join(stack.folder, "Pulumi.yaml"),
      "name: portknock-fleet\nruntime: nodejs\nmain: program/index.js\n",
    );
    const write = (image: string): void =>
      writeFileSync(join(folder, "index.js"), machineProgram(lab, host, image));
    write("true");
    await stack.up();
    write(
      "systemctl disable --quiet --now portknock; nft delete table inet portknock; rm -rf /etc/portknock /var/lib/portknock",
    );
    await stack.up();
    expect((await host.run("nft list tables")).stdout).toBe("table inet portknock\n");
    await stack.destroy();
  });
});

function machineProgram(lab: Lab, host: LabHost, image: string): string {
  return `
const command = require("@pulumi/command");
const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
const connection = ${JSON.stringify({ privateKey: lab.privateKey, host: host.address4, hostKey: host.hostKey })};
const machine = new command.remote.Command("machine", { connection, create: ${JSON.stringify(image)} });
new PortKnockFirewall("fleet", {
  hosts: { "web-1": { connection } },
  services: { ssh: { ports: ["22"], sequence: "41101,52202/udp,43303" } },
  allow: ["${lab.operator.address4}"],
}, { dependsOn: [machine] });
`;
}

/** The second host's address is an output of a resource, as a cloud's virtual machine has it. */
function programOf(lab: Lab, known: LabHost, later: LabHost): string {
  const connection = { privateKey: lab.privateKey, perDialTimeout: 3 };
  return `
const command = require("@pulumi/command");
const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
const known = ${JSON.stringify({ ...connection, host: known.address4, hostKey: known.hostKey })};
const machine = new command.remote.Command("machine", { connection: known, create: "echo ${later.address4}" });
new PortKnockFirewall("fleet", {
  hosts: {
    known: { connection: known },
    later: { connection: { ...known, host: machine.stdout, hostKey: ${JSON.stringify(later.hostKey)} } },
  },
  services: { ssh: { ports: ["22"], sequence: "41101,52202/udp,43303" } },
  allow: ["${lab.operator.address4}"],
});
`;
}
