import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, type LabClient, type LabHost } from "../../lab";
import { changes, hostDiagnostics } from "../support/engineOutput";
import { createFleetStack, PROGRAM_KINDS } from "../support/fleetStack";
import { realProblem } from "../support/realProblem";
import { countLogins } from "../support/seenBy";

const ROOT = resolve(__dirname, "../..");
const CLIENT = join(ROOT, "dist/cli/main.js");

describe.skipIf(realProblem()).each(PROGRAM_KINDS)("stacks of a program of kind %s", (kind) => {
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
    const [dev, prod] = await Promise.all([
      createFleetStack(lab, "dev", kind),
      createFleetStack(lab, "prod", kind),
    ]);
    await dev.configure({ ...common, hosts: [devHost], sequences: { ssh: sequences.dev } });
    await prod.configure({ ...common, hosts: [prodHost], sequences: { ssh: sequences.prod } });
    await Promise.all([dev.up(), prod.up()]);

    expect(await knocks(prodHost, sequences.dev)).toBe(false);
    expect(await knocks(prodHost, sequences.prod)).toBe(true);
    expect(await knocks(devHost, sequences.prod)).toBe(false);
    expect(await knocks(devHost, sequences.dev)).toBe(true);
  });

  test("rejects a host that another stack guards, naming it", async () => {
    const thief = await createFleetStack(lab, "thief", kind);
    await thief.configure({
      hosts: [devHost],
      services: { ssh: { ports: ["22"] } },
      sequences: { ssh: "41101,52202" },
      allow: [lab.operator.address4],
    });
    const { exitCode, stdout } = await thief.up({ check: false });
    expect(exitCode).not.toBe(0);
    const said = hostDiagnostics(stdout).filter((line) => /^(portknock|warning):/.test(line));
    expect(said.toSorted()).toEqual([
      'portknock: dev-1: this host is guarded by portknock-fleet/dev/fleet/dev-1; destroy it there, or set adopt to "portknock-fleet/dev/fleet/dev-1" on this host',
      "warning: dev-1: guarded by portknock-fleet/dev/fleet/dev-1; this host will refuse to be taken over without adopt",
    ]);
  });
});

describe.skipIf(realProblem())("a host whose address is not known yet", () => {
  test.each(PROGRAM_KINDS)(
    "is no obstacle in preview, and guarded in the up that learns it: %s",
    async (kind) => {
      await using lab = await createLab();
      const [known, later] = await Promise.all([lab.addHost("known"), lab.addHost("later")]);
      const stack = await createFleetStack(lab, "dev", kind);
      stack.writeProgram(programOf(lab, known, later));

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
    },
  );
});

describe.skipIf(realProblem())("a machine that the component depends on", () => {
  test.each(PROGRAM_KINDS)("is probed once it is replaced, and guarded in that same up: %s", async (kind) => {
    await using lab = await createLab();
    const host = await lab.addHost("web-1");
    const stack = await createFleetStack(lab, "dev", kind);
    const write = (image: string): void => stack.writeProgram(machineProgram(lab, host, image));
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

// Under the CLI alone: the host decides, by the name of its owner, which the stacks above show for both kinds.
describe.skipIf(realProblem())("a host that somebody else guards", () => {
  let lab: Lab;
  let host: LabHost;

  beforeAll(async () => {
    lab = await createLab();
    host = await lab.addHost("web-1");
  });
  afterAll(async () => lab?.dispose());

  const owner = async (): Promise<string | undefined> =>
    /^owner (.*)$/m.exec((await host.run("sh /var/lib/portknock/host.sh status")).stdout)?.[1];
  const isGuarded = async (): Promise<boolean> =>
    (await host.run("nft list tables")).stdout === "table inet portknock\n";
  const saidBy = (stdout: string): readonly string[] =>
    hostDiagnostics(stdout).filter((line) => line.startsWith("portknock: "));
  const createProgram = async (name: string) => {
    const stack = await createFleetStack(lab, name);
    const write = (component: string, options?: OwnerOptions): void =>
      stack.writeProgram(ownerProgram(lab, host, component, options));
    return { ...stack, write };
  };

  test("is not opened by a renamed component's old name, which is an error, and goes over to it with adopt", async () => {
    const stack = await createProgram("dev");
    stack.write("edge");
    await stack.up();
    stack.write("renamed");
    const { exitCode, stdout } = await stack.up({ args: ["--continue-on-error"], check: false });
    expect(exitCode).not.toBe(0);
    expect([...new Set(saidBy(stdout))].toSorted()).toEqual([
      'portknock: web-1: nothing was removed: portknock-fleet/dev/renamed/web-1 was refused here just now and may be the new name of portknock-fleet/dev/edge/web-1; if so, set adopt to "portknock-fleet/dev/edge/web-1" on this host, otherwise run this again',
      'portknock: web-1: this host is guarded by portknock-fleet/dev/edge/web-1; destroy it there, or set adopt to "portknock-fleet/dev/edge/web-1" on this host',
    ]);
    expect([await isGuarded(), await owner()]).toEqual([true, "portknock-fleet/dev/edge/web-1"]);

    stack.write("renamed", { adopt: "portknock-fleet/dev/edge/web-1" });
    await stack.up();
    expect([await isGuarded(), await owner()]).toEqual([true, "portknock-fleet/dev/renamed/web-1"]);
    expect(changes((await stack.preview({ args: ["--expect-no-changes"] })).stdout)).toEqual(["6 unchanged"]);

    stack.write("again", { adopt: "portknock-fleet/dev/renamed/web-1", alias: "renamed" });
    await stack.up();
    expect([await isGuarded(), await owner()]).toEqual([true, "portknock-fleet/dev/again/web-1"]);
    await stack.destroy();
    expect(await isGuarded()).toBe(false);
  });

  test("goes over to another stack once it is destroyed where it was, as the refusal says", async () => {
    const [former, latter] = [await createProgram("former"), await createProgram("latter")];
    former.write("edge");
    latter.write("edge");
    await former.up();
    expect((await latter.up({ check: false })).exitCode).not.toBe(0);
    await former.destroy();
    expect(await isGuarded()).toBe(false);
    await latter.up();
    expect([await isGuarded(), await owner()]).toEqual([true, "portknock-fleet/latter/edge/web-1"]);
    await latter.destroy();
  });
});

interface OwnerOptions {
  readonly adopt?: string;
  readonly alias?: string;
}

function ownerProgram(lab: Lab, host: LabHost, name: string, { adopt, alias }: OwnerOptions = {}): string {
  const connection = { privateKey: lab.privateKey, host: host.address4, hostKey: host.hostKey };
  return `
const { PortKnockFirewall } = require(${JSON.stringify(ROOT)});
new PortKnockFirewall(${JSON.stringify(name)}, {
  hosts: { "web-1": ${JSON.stringify({ connection, adopt })} },
  services: { ssh: { ports: ["22"], sequence: "41101,52202/udp,43303" } },
  allow: ["${lab.operator.address4}"],
}, ${JSON.stringify(alias === undefined ? {} : { aliases: [{ name: alias }] })});
`;
}

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
